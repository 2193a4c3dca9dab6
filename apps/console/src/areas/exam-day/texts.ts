import { textsOf } from '../../session/locale.js';

export const texts = textsOf({ 'exam_day.title': 'Exam day' }, { 'exam_day.title': 'Prüfungstag' });
