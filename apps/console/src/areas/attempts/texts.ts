import { textsOf } from '../../session/locale.js';

export const texts = textsOf({ 'attempts.title': 'Attempts' }, { 'attempts.title': 'Versuche' });
