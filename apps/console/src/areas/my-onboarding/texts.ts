import { textsOf } from '../../session/locale.js';

export const texts = textsOf(
  {
    'my_onboarding.title': 'My onboarding',
    'my_onboarding.intro': 'Proctored exams need an approved onboarding. Here is how far you are in each course.',
    'my_onboarding.none': 'None of your courses has onboarding.',
    'my_onboarding.closed': 'You have no onboarding exam in this course.',
    'my_onboarding.expires': 'Your approval is valid until {at}.',
    'my_onboarding.expired': 'Your approval was valid until {at}.',
  },
  {
    'my_onboarding.title': 'Meine Einrichtung',
    'my_onboarding.intro':
      'Für beaufsichtigte Prüfungen muss Ihre Einrichtung angenommen sein. Hier sehen Sie je Kurs, wie weit Sie sind.',
    'my_onboarding.none': 'Keiner Ihrer Kurse hat eine Einrichtung.',
    'my_onboarding.closed': 'In diesem Kurs gibt es für Sie keine Einrichtungsprüfung.',
    'my_onboarding.expires': 'Ihre Annahme gilt bis {at}.',
    'my_onboarding.expired': 'Ihre Annahme galt bis {at}.',
  },
);
