import { textsOf } from '../../session/locale.js';

export const texts = textsOf({ 'audit.title': 'Audit' }, { 'audit.title': 'Nachweise' });
