import { textsOf } from '../../session/locale.js';

export const texts = textsOf({ 'learner.title': 'My exams' }, { 'learner.title': 'Meine Prüfungen' });
