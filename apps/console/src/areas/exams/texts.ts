import { textsOf } from '../../session/locale.js';

export const texts = textsOf({ 'exams.title': 'Exams and policies' }, { 'exams.title': 'Prüfungen und Regeln' });
