import { CloudEvent, Kafka } from 'cloudevents';
import { v5 as uuid } from 'uuid';
import type { AppealEvent, AttemptEvent, MessageEvent, ReviewEvent } from '#domain';
import { after, proctoredExam } from '../../domain/src/learner-at-exam/attempt.examples.js';
import { examAttemptsIn } from './event-bus/exam-attempts.js';
import { changesIn, logOf, publishedOf, stories } from './messages.examples.js';
import { derivedId, messagesOf } from './messages.js';

type Story = keyof typeof stories;
const on = (topic: string, story: Story) =>
  publishedOf(story)
    .filter((message) => message.topic === `proctoring.${topic}.v1`)
    .map(({ value }) => JSON.parse(value));
const lastOf = (story: Story) => on('attempts', story).at(-1);
const creditsOf = (story: Story) => on('credit', story).map(({ status }) => status);

const { courseId: course_id, contentId: content_id } = proctoredExam.exam;

describe('the messages about an attempt say', () => {
  it('each status, with the previous one, the actor and the attempt after it', () =>
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

  it('that it timed out, and when', () =>
    expect(lastOf('out of time')).toMatchObject({
      status: 'submitted',
      completed_at: after(91),
      by: { kind: 'clock' },
      because: 'time_ran_out',
    }));

  it('that the provider, and not the learner, changed its status', () =>
    expect(on('attempts', 'started')[2]).toMatchObject({
      status: 'ready_to_start',
      by: { kind: 'provider', name: 'test' },
    }));

  it('that an operator changed it, without the operator’s name', () => {
    expect(lastOf('corrected by an operator').by).toEqual({ kind: 'operator' });
    expect(JSON.stringify(publishedOf('corrected by an operator'))).not.toContain('Jo');
  });

  it('that it may be resumed, and which attempt resumed it', () =>
    expect(on('attempts', 'resumed').slice(2)).toMatchObject([
      { status: 'error', is_resumable: true, time_remaining_seconds: 3600 },
      { previous_status: 'error', status: 'error', is_resumable: false, ready_to_resume: true },
      { status: 'error', resumed: true, resumed_by_attempt_id: 102 },
      { attempt_id: 102, previous_status: null, status: 'created', time_remaining_seconds: 3600 },
    ]));

  it('that it was removed, and its last status', () =>
    expect(lastOf('removed after rejection')).toMatchObject({
      previous_status: 'rejected',
      status: null,
      by: { kind: 'user', user_id: 7 },
      because: 'staff',
    }));

  it('that the learner removed it, by `by` alone', () => {
    const removed = lastOf('removed by the learner');
    expect(removed).toMatchObject({ status: null, by: { kind: 'user', user_id: 42 } });
    expect(removed).not.toHaveProperty('because');
  });

  it('that the learner declined another exam', () =>
    expect(lastOf('declined with another exam')).toMatchObject({
      status: 'declined',
      because: 'declined_other_exam',
      declined_exam_id: 3,
    }));
});

describe('the messages about credit say', () => {
  it('that a requirement was submitted, then satisfied', () =>
    expect(creditsOf('verified')).toEqual(['submitted', 'satisfied']));
  it('that a rejected attempt failed it', () => expect(creditsOf('rejected')).toEqual(['submitted', 'failed']));
  it('that an attempt with an error failed it', () => expect(creditsOf('resumed')).toEqual(['failed']));
  it('that it was declined', () => expect(creditsOf('declined')).toEqual(['declined']));
  it('that it is open again when the attempt is removed', () =>
    expect(creditsOf('removed after rejection')).toEqual(['submitted', 'failed', 'removed']));
  it('nothing before the end of an attempt', () => expect(creditsOf('started')).toEqual([]));
  it('which requirement: by namespace and content id', () =>
    expect(on('credit', 'submitted')).toEqual([
      { user_id: 42, course_id, namespace: 'proctored_exam', name: content_id, status: 'submitted' },
    ]));
});

describe('the messages about grades say', () => {
  const subsection = { user_id: 42, course_id, content_id };

  it('that a rejected attempt earns nothing, with the reviewer and the reason', () =>
    expect(on('grades', 'rejected')).toEqual([
      { ...subsection, earned_all: 0, earned_graded: 0, overrider: 7, comment: 'Failed Test Provider proctoring' },
    ]));
  it('that the grade counts again when the attempt is verified on appeal', () =>
    expect(on('grades', 'verified on appeal').slice(1)).toEqual([subsection]));
  it('that the grade counts again when the attempt is removed', () =>
    expect(on('grades', 'removed at once')).toEqual([subsection]));
});

describe('the messages about certificates say', () => {
  it('that a rejected attempt invalidates the learner’s certificate', () =>
    expect(on('certificates', 'rejected')).toEqual([{ user_id: 42, course_id }]));
  it('nothing on appeal', () => expect(on('certificates', 'verified on appeal')).toHaveLength(1));
});

describe('the messages about learner state say', () => {
  const subsection = { user_id: 42, course_id, content_id };

  it('once that the learner has completed the exam, by submission or time-out', () => {
    expect(on('learner-state', 'submitted')).toEqual([subsection]);
    expect(on('learner-state', 'out of time')).toEqual([subsection]);
    expect(on('learner-state', 'handed in again')).toEqual([subsection]);
  });
  it('that the learner’s state is reset when the attempt is removed, with the requester', () =>
    expect(on('learner-state', 'removed after rejection').slice(1)).toEqual([{ ...subsection, requested_by: 7 }]));
});

describe('the messages about verified names say', () => {
  it('each status, and whether the exam is a practice exam', () => {
    const common = { attempt_id: 101, user_id: 42, course_id, is_proctored: true, backend_supports_onboarding: true };
    expect(on('verified-names', 'submitted')).toEqual(
      ['created', 'started', 'submitted'].map((status) => ({ ...common, status, is_practice_exam: false })),
    );
    expect(
      on('verified-names', 'reset, for practice').map((published) => [published.status, published.is_practice_exam]),
    ).toEqual(['created', 'started', 'error', 'created'].map((status) => [status, true]));
  });
  it('that a learner who declines is not proctored', () =>
    expect(on('verified-names', 'declined').map((published) => published.is_proctored)).toEqual([true, false]));
  it('nothing about a removal', () => expect(on('verified-names', 'removed at once')).toHaveLength(1));
});

it('every event type is published or listed as private', () => {
  const published: Record<(AttemptEvent | ReviewEvent | AppealEvent | MessageEvent)['type'], string[]> = {
    AttemptCreated: ['attempt.created', 'verified_name.attempt_status'],
    SoftwareDownloadClicked: ['attempt.download_software_clicked', 'verified_name.attempt_status'],
    AttemptReadied: ['attempt.ready_to_start', 'verified_name.attempt_status'],
    AttemptStarted: ['attempt.started', 'verified_name.attempt_status'],
    AttemptContinued: ['attempt.started', 'verified_name.attempt_status'],
    AttemptStopped: ['attempt.ready_to_submit', 'verified_name.attempt_status'],
    AttemptSubmitted: [
      'attempt.submitted',
      'credit.submitted',
      'verified_name.attempt_status',
      'learner_state.completed',
    ],
    AttemptTimedOut: ['attempt.timed_out', 'verified_name.attempt_status'],
    AttemptDeclined: ['attempt.declined', 'credit.declined', 'verified_name.attempt_status'],
    AttemptErrored: ['attempt.error', 'credit.failed', 'verified_name.attempt_status'],
    SecondReviewRequired: ['attempt.second_review_required', 'verified_name.attempt_status'],
    AttemptVerified: ['attempt.verified', 'credit.satisfied', 'grade.override_undone', 'verified_name.attempt_status'],
    AttemptRejected: [
      'attempt.rejected',
      'credit.failed',
      'grade.overridden',
      'verified_name.attempt_status',
      'certificate.invalidated',
    ],
    AttemptStatusOverridden: ['attempt.eligible', 'verified_name.attempt_status'],
    AttemptMarkedReadyToResume: ['attempt.ready_to_resume'],
    AttemptResumed: ['attempt.resumed'],
    PracticeAttemptReset: ['attempt.onboarding_reset'],
    ReviewStatusAcknowledged: [],
    AttemptRemoved: ['attempt.removed', 'credit.removed', 'grade.override_undone', 'learner_state.reset'],
    ReviewReceived: [],
    RejectionProposed: [],
    AppealMade: [],
    AppealUpheld: [],
    AppealDismissed: [],
    ExtraTimeGiven: [],
    ExtraTimeTakenBack: [],
    AttemptPaused: [],
    PauseEnded: [],
    MessageSent: [],
  };
  const actual: Record<string, Set<string>> = {};
  for (const log of Object.values(stories).map(logOf)) {
    const messages = new Map(changesIn(log).map((change) => [change.event.id, messagesOf(change)]));
    for (const { id, type } of log) {
      actual[type] ??= new Set();
      for (const { headers } of messages.get(id) ?? []) actual[type].add(headers.ce_type);
    }
  }
  const full = (type: string) => `org.proctoring.${type}.v1`;
  const expected = Object.entries(published).map(([type, words]) => [type, new Set(words.map(full))]);
  expect(actual).toEqual(Object.fromEntries(expected));
});

describe('a message', () => {
  it('is a CloudEvent in binary mode, keyed by course and learner', () =>
    expect(publishedOf('submitted').filter(({ topic }) => topic === 'proctoring.attempts.v1')[2]).toEqual({
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

  it('is the same each time that it is made, and has its own id', () => {
    const published = publishedOf('removed after rejection');
    expect(publishedOf('removed after rejection')).toEqual(published);
    expect(new Set(published.map(({ headers }) => headers.ce_id)).size).toBe(published.length);
  });

  it('cannot be made from an event without the ids of its subject', () => {
    const [{ metadata, ...event }] = logOf(stories.submitted);
    const [change] = changesIn([{ ...event, metadata: { ...metadata, courseId: undefined } }]);
    expect(() => messagesOf(change)).toThrow('whom it concerns');
  });
});

it.each(Object.keys(stories) as Story[])('an imported change has no messages: %s', (story) => {
  const imported = logOf(stories[story]).map((event) => ({
    ...event,
    metadata: { ...event.metadata, origin: 'import' as const },
  }));
  const changes = changesIn(imported);
  expect(changes.flatMap(messagesOf)).toEqual([]);
  expect(changes.flatMap(examAttemptsIn)).toEqual([]);
});

it.each(Object.keys(stories) as Story[])(
  'every message is a CloudEvent in binary mode, as the package makes it: %s',
  (story) => {
    for (const { headers, value } of publishedOf(story)) {
      const { ce_id: id, ce_type: type, ce_source: source, ce_subject: subject, ce_time: time } = headers;
      const attributes = { id, type, source, subject, time, datacontenttype: headers['content-type'] };
      const event = new CloudEvent({ ...attributes, data: JSON.parse(value) }); // throws when it is not valid
      const { ce_datacontenttype: _, ...made } = Kafka.binary(event).headers;
      expect(headers).toEqual(Object.fromEntries(Object.entries(made).filter(([, text]) => text !== undefined)));
    }
  },
);

it('the id of a message is a UUID version 5 of its topic and number, in the namespace of the event id', () => {
  const eventId = '01a215bf-f0a1-777e-a3cc-e05a2b7a91ba';
  expect(derivedId('proctoring.credit.v1/0', eventId)).toBe(uuid('proctoring.credit.v1/0', eventId));
});
