import { upcasters } from './upcasters.js';

it('every event type of exams, attempts, reviews, allowances and learners is known', () => {
  for (const type of ['ExamCreated', 'AttemptCreated', 'ReviewReceived', 'AllowanceGranted', 'LearnerRetired'])
    expect(upcasters[type]).toEqual({});
  expect(upcasters.AttemptAbducted).toBeUndefined();
});
