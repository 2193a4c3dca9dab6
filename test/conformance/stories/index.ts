import type { Story } from '../step.js';
import { accessStories } from './access.js';
import { allowanceStories } from './allowances.js';
import { attemptStories } from './attempts.js';
import { examStories } from './exams.js';
import { proctoringStories } from './proctoring.js';
import { registrationStories } from './registration.js';
import { timeStories } from './time.js';
import { vendorStories } from './vendors.js';

export const stories: Story[] = [
  ...examStories,
  ...registrationStories,
  ...attemptStories,
  ...timeStories,
  ...proctoringStories,
  ...vendorStories,
  ...allowanceStories,
  ...accessStories,
];
