import { textsOf } from '../../session/locale.js';

export const texts = textsOf(
  { 'my_onboarding.title': 'My onboarding' },
  { 'my_onboarding.title': 'Meine Einrichtung' },
);
