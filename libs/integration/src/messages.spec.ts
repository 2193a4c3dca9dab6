import type { AttemptEvent } from '#domain';
import { after, proctoredExam } from '../../domain/src/attempts/attempt.examples.js';
import { logOf, stories, toldOf } from './messages.examples.js';
import { messagesOf } from './messages.js';
import { changesIn } from './topic.js';

type Story = keyof typeof stories;
const on = (topic: string, story: Story) =>
  toldOf(story)
    .filter((message) => message.topic === `proctoring.${topic}.v1`)
    .map(({ value }) => JSON.parse(value));
const lastOf = (story: Story) => on('attempts', story).at(-1);
const creditsOf = (story: Story) => on('credit', story).map(({ status }) => status);

const { courseId: course_id, contentId: content_id } = proctoredExam.exam;

describe('of an attempt others are told', () => {
  it('each status it takes, with the one before, who did it, and how the attempt is now', () =>
    expect(lastOf('submitted')).toEqual({
      attempt_id: 101,
      exam_id: 7,
      user_id: 42,
      course_id,
      content_id,
      status: 'submitted',
      previous_status: 'started',
      taking_as_proctored: true,
      is_sample_attempt: false,
      started_at: after(1),
      completed_at: after(31),
      allowed_time_limit_mins: 90,
      time_remaining_seconds: null,
      is_resumable: false,
      ready_to_resume: false,
      resumed: false,
      by: { kind: 'user', user_id: 42 },
      because: 'handed_in',
    }));

  it('that its time was over, and when', () =>
    expect(lastOf('out of time')).toMatchObject({
      status: 'submitted',
      completed_at: after(91),
      by: { kind: 'clock' },
      because: 'time_ran_out',
    }));

  it('that the provider, and not the learner, moved it', () =>
    expect(on('attempts', 'started')[2]).toMatchObject({
      status: 'ready_to_start',
      by: { kind: 'provider', name: 'test' },
    }));

  it('that an operator did it, but not which', () => {
    expect(lastOf('corrected by an operator').by).toEqual({ kind: 'operator' });
    expect(JSON.stringify(toldOf('corrected by an operator'))).not.toContain('Jo');
  });

  it('that it may be taken up again, and which attempt took it up', () =>
    expect(on('attempts', 'resumed').slice(2)).toMatchObject([
      { status: 'error', is_resumable: true, time_remaining_seconds: 3600 },
      { previous_status: 'error', status: 'error', is_resumable: false, ready_to_resume: true },
      { status: 'error', resumed: true, resumed_by_attempt_id: 102 },
      { attempt_id: 102, previous_status: null, status: 'created', time_remaining_seconds: 3600 },
    ]));

  it('that it was removed, and what it was until then', () =>
    expect(lastOf('removed after rejection')).toMatchObject({
      previous_status: 'rejected',
      status: null,
      by: { kind: 'user', user_id: 7 },
      because: 'staff',
    }));

  it('that the learner declined another exam', () =>
    expect(lastOf('declined with another exam')).toMatchObject({
      status: 'declined',
      because: 'declined_other_exam',
      declined_exam_id: 3,
    }));
});

describe('credit is told', () => {
  it('that a requirement was submitted, then satisfied', () =>
    expect(creditsOf('verified')).toEqual(['submitted', 'satisfied']));
  it('that a rejected attempt failed it', () => expect(creditsOf('rejected')).toEqual(['submitted', 'failed']));
  it('that an attempt that broke failed it', () => expect(creditsOf('resumed')).toEqual(['failed']));
  it('that it was declined', () => expect(creditsOf('declined')).toEqual(['declined']));
  it('that it is open again when the attempt is removed', () =>
    expect(creditsOf('removed after rejection')).toEqual(['submitted', 'failed', 'removed']));
  it('nothing before the end of an attempt', () => expect(creditsOf('started')).toEqual([]));
  it('which requirement: by namespace and content id', () =>
    expect(on('credit', 'submitted')).toEqual([
      { user_id: 42, course_id, namespace: 'proctored_exam', name: content_id, status: 'submitted' },
    ]));
});

describe('the grade book is told', () => {
  const subsection = { user_id: 42, course_id, content_id };

  it('that a rejected attempt earns nothing, who said so, and what for', () =>
    expect(on('grades', 'rejected')).toEqual([
      { ...subsection, earned_all: 0, earned_graded: 0, overrider: 7, comment: 'Failed Test Provider proctoring' },
    ]));
  it('that the grade counts again when the attempt is verified on appeal', () =>
    expect(on('grades', 'verified on appeal').slice(1)).toEqual([subsection]));
  it('that the grade counts again when the attempt is removed', () =>
    expect(on('grades', 'removed at once')).toEqual([subsection]));
});

it('every event is published, or is known to be private', () => {
  const published: Record<AttemptEvent['type'] | 'ReviewReceived', string[]> = {
    AttemptCreated: ['attempt.created'],
    SoftwareDownloadClicked: ['attempt.download_software_clicked'],
    AttemptReadied: ['attempt.ready_to_start'],
    AttemptStarted: ['attempt.started'],
    AttemptContinued: ['attempt.started'],
    AttemptStopped: ['attempt.ready_to_submit'],
    AttemptSubmitted: ['attempt.submitted', 'credit.submitted'],
    AttemptTimedOut: ['attempt.timed_out'],
    AttemptDeclined: ['attempt.declined', 'credit.declined'],
    AttemptErrored: ['attempt.error', 'credit.failed'],
    SecondReviewRequired: ['attempt.second_review_required'],
    AttemptVerified: ['attempt.verified', 'credit.satisfied', 'grade.override_undone'],
    AttemptRejected: ['attempt.rejected', 'credit.failed', 'grade.overridden'],
    AttemptStatusOverridden: ['attempt.eligible'],
    AttemptMarkedReadyToResume: ['attempt.ready_to_resume'],
    AttemptResumed: ['attempt.resumed'],
    PracticeAttemptReset: ['attempt.onboarding_reset'],
    ReviewStatusAcknowledged: [],
    AttemptRemoved: ['attempt.removed', 'credit.removed', 'grade.override_undone'],
    ReviewReceived: [],
  };
  const told: Record<string, Set<string>> = {};
  for (const log of Object.values(stories).map(logOf)) {
    const messages = new Map(changesIn(log).map((change) => [change.event.id, messagesOf(change)]));
    for (const { id, type } of log) {
      told[type] ??= new Set();
      for (const { headers } of messages.get(id) ?? []) told[type].add(headers.ce_type);
    }
  }
  const full = (type: string) => `org.proctoring.${type}.v1`;
  const expected = Object.entries(published).map(([type, words]) => [type, new Set(words.map(full))]);
  expect(told).toEqual(Object.fromEntries(expected));
});

describe('a message', () => {
  it('is a CloudEvent in binary mode, keyed by course and learner', () =>
    expect(toldOf('submitted')[2]).toEqual({
      topic: 'proctoring.attempts.v1',
      key: `${course_id}/42`,
      headers: {
        'content-type': 'application/json',
        ce_specversion: '1.0',
        ce_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/),
        ce_type: 'org.proctoring.attempt.submitted.v1',
        ce_source: '/exam-proctoring',
        ce_subject: 'attempts/101',
        ce_time: after(31),
      },
      value: expect.any(String),
    }));

  it('is the same whenever it is made, and has an id of its own', () => {
    const told = toldOf('removed after rejection');
    expect(toldOf('removed after rejection')).toEqual(told);
    expect(new Set(told.map(({ headers }) => headers.ce_id)).size).toBe(told.length);
  });

  it('cannot be made of an event that does not say whom it concerns', () => {
    const [{ metadata, ...event }] = logOf(stories.submitted);
    const [change] = changesIn([{ ...event, metadata: { ...metadata, courseId: undefined } }]);
    expect(() => messagesOf(change)).toThrow('whom it concerns');
  });
});
