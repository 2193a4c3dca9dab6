import type { Story } from '../step.js';
import { accessStories } from './access.js';
import { activeExamStories } from './active-exams.js';
import { allowanceStories } from './allowances.js';
import { attemptStories } from './attempts.js';
import { bulkAllowanceStories } from './bulk-allowances.js';
import { combinationStories } from './combinations.js';
import { examSettingsStories } from './exam-settings.js';
import { examStories } from './exams.js';
import { groupedAttemptStories } from './grouped-attempts.js';
import { instructorStories } from './instructor.js';
import { launchStories } from './launch.js';
import { onboardingStories } from './onboarding.js';
import { operatorStories } from './operators.js';
import { otherMethodStories } from './other-methods.js';
import { proctoringStories } from './proctoring.js';
import { providerStories } from './providers.js';
import { registrationStories } from './registration.js';
import { releaseStories } from './releases.js';
import { retirementStories } from './retirement.js';
import { reviewStatusStories } from './review-status.js';
import { settingsStories } from './settings.js';
import { sizeStories } from './sizes.js';
import { timeStories } from './time.js';

export const stories: Story[] = [
  ...examStories,
  ...registrationStories,
  ...attemptStories,
  ...timeStories,
  ...proctoringStories,
  ...providerStories,
  ...allowanceStories,
  ...accessStories,
  ...activeExamStories,
  ...bulkAllowanceStories,
  ...combinationStories,
  ...examSettingsStories,
  ...groupedAttemptStories,
  ...instructorStories,
  ...launchStories,
  ...onboardingStories,
  ...operatorStories,
  ...otherMethodStories,
  ...retirementStories,
  ...reviewStatusStories,
  ...settingsStories,
  ...sizeStories,
  ...releaseStories,
];
