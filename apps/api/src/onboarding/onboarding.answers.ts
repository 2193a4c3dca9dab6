import { anything, flag, integer, listOf, object, oneOf, orNull, text, time } from '../document/schemas.js';
import { pagedList } from '../http/page.js';
import { learnerSchema } from '../roster/roster.schemas.js';
import type { panelJson } from './panel.js';

/** rest-api.md §5.13. A provider's profile may have any value as expiration date. */
export const onboardingStatus = object('OnboardingStatus', {
  onboarding_status: orNull(text),
  onboarding_link: orNull(text),
  expiration_date: anything,
  onboarding_past_due: flag,
  onboarding_release_date: time,
  review_requirements_url: text,
});

/** The texts of the panel (domain.md §7.8). */
export const onboardingPanel = object<ReturnType<typeof panelJson>>('OnboardingPanel', {
  language: text,
  title: text,
  status: orNull(text),
  label: text,
  tone: oneOf('good', 'waiting', 'needs_action'),
  message: orNull(text),
  reminder: orNull(text),
  link: orNull(object('OnboardingLink', { text, url: orNull(text) })),
  instructions: orNull(object('OnboardingInstructions', { text, url: text })),
  expires_at: anything,
});

/** As staff see the onboarding of a learner. */
const onboardingStatuses = [
  'not_started',
  'setup_started',
  'onboarding_started',
  'other_course_approved',
  'submitted',
  'verified',
  'rejected',
  'error',
  'expired',
  'onboarding_reset_past_due',
];

/** rest-api.md §5.14. */
export const onboardingOfCourse = object('OnboardingOfCourse', {
  count: integer,
  previous: orNull(text),
  next: orNull(text),
  num_pages: integer,
  results: listOf(
    object('LearnersOnboarding', {
      username: text,
      enrollment_mode: text,
      status: orNull(oneOf(...onboardingStatuses)),
      modified: orNull(time),
    }),
  ),
  use_onboarding_profile_api: flag,
});

export const courseOnboarding = pagedList(
  'CourseOnboarding',
  object('LearnerOnboarding', {
    learner: learnerSchema,
    enrollment_mode: text,
    status: orNull(oneOf(...onboardingStatuses)),
    modified: orNull(time),
    exam_ids: {
      ...listOf(integer),
      description: 'The onboarding exams of the course at which the learner has attempts',
    },
  }),
  {
    counts: {
      ...listOf(object('OnboardingCount', { status: orNull(oneOf(...onboardingStatuses)), learners: integer })),
      description: 'Of all learners of the course, with any filter',
    },
    modes: listOf(object('EnrollmentModeCount', { enrollment_mode: text, learners: integer })),
    asks_provider: { ...flag, description: 'Statuses come from the profiles of the proctoring provider' },
  },
);

export const myOnboarding = object('MyOnboarding', {
  results: listOf(object('CourseWithOnboarding', { course_id: text, course_name: orNull(text) })),
});
