import { textsOf } from '../../session/locale.js';

export const texts = textsOf({ 'allowances.title': 'Allowances' }, { 'allowances.title': 'Nachteilsausgleiche' });
