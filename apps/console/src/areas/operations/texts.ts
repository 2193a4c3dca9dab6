import { textsOf } from '../../session/locale.js';

export const texts = textsOf({ 'operations.title': 'Operations' }, { 'operations.title': 'Betrieb' });
