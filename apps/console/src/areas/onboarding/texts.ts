import { textsOf } from '../../session/locale.js';

export const texts = textsOf({ 'onboarding.title': 'Onboarding' }, { 'onboarding.title': 'Einrichtung' });
