import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Event,
  type ExamEvent,
  exam,
  type LearnerAtExamEvent,
  type LearnerEvent,
  learner,
  learnerAtExam,
} from '#domain';
import type { GenerationBegan, RecordedEvent } from '#event-store';
import { messagesOf } from '#integration';
import { projections } from '#read-models';
import { changesIn, logOf, stories } from '../../../libs/integration/src/messages.examples.js';

type Fixture = Event & { schemaVersion: number };

const folder = 'test/support/fixtures/events';

/** Each event that the log may hold, in the order of the page. */
const meanings: Record<(ExamEvent | LearnerAtExamEvent | LearnerEvent | GenerationBegan)['type'], string> = {
  ExamCreated: 'A subsection of a course is an exam from now on.',
  ExamRevised: 'Something about the exam is new. All of its fields are there, not only what changed.',
  ReviewPolicySet: 'The exam has a text for reviewers. The first one gives the policy its id; later ones keep it.',
  ReviewPolicyRemoved: 'The exam has no text for reviewers any more.',
  ExamWithdrawn: 'The course was published without the exam: it is inactive and not proctored.',
  AttemptCreated:
    'The learner has an attempt. `status` is `created`, or what the provider misses: the learner must do onboarding first. ' +
    '`cascadedFrom` is the exam whose declining created this attempt.',
  SoftwareDownloadClicked: "The learner asked for the provider's software.",
  AttemptReadied: "The learner's set-up is done, says the provider.",
  AttemptStarted: 'The clock runs. `allowed` says how many minutes there are and from what that follows.',
  AttemptContinued: 'The learner is back in the exam. The clock was running all the time.',
  AttemptStopped: 'The learner pressed "end my exam" and has yet to confirm. The clock still runs.',
  AttemptSubmitted:
    'The attempt is handed in: by the learner (`handed_in`), by the end of the time (`time_ran_out`), or because the ' +
    'learner left the running exam for the waiting room (`went_back`). `completedAt` is when the time was over, even if ' +
    'that was noticed later.',
  AttemptTimedOut: 'The time was over, where the setting `ALLOW_TIMED_OUT_STATE` keeps that as a status of its own.',
  AttemptDeclined:
    'The learner takes the exam without proctoring. `cascadedFrom` is there when this follows from declining another exam.',
  AttemptErrored:
    'Proctoring broke. `timeRemainingSeconds` is what was left, when the browser reported the error; a review reports none.',
  SecondReviewRequired: 'A review was suspicious. A person must confirm it.',
  AttemptVerified: 'A review found nothing.',
  AttemptRejected: 'A review found a violation.',
  AttemptStatusOverridden: 'An operator set a status that no exam procedure leads to.',
  AttemptMarkedReadyToResume:
    'Staff let the learner go on with a new attempt, which takes over the time that was left.',
  AttemptResumed: 'Another attempt (`resumedBy`) took this one up.',
  PracticeAttemptReset: 'The learner tries a practice exam again. This attempt is kept as `onboarding_reset`.',
  ReviewStatusAcknowledged: 'The learner has seen the result.',
  AttemptRemoved: 'The attempt is gone: removed by staff, by a practice reset, or because onboarding was completed.',
  ReviewReceived:
    "A provider's review came in. `sealed` is what the provider sent, encrypted with the learner's key; `status` is the " +
    'outcome in the words of the reference.',
  AllowanceGranted:
    "The learner has an allowance. `value` is minutes; any other value is `sealed` with the learner's key.",
  AllowanceChanged: 'The allowance has another value.',
  AllowanceBlanked: "The allowance's value is gone, because the learner was retired.",
  AllowanceWithdrawn: 'The learner no longer has the allowance.',
  LearnerRetired:
    'The learner is forgotten: the key to what is sealed is destroyed, and the roster knows no name any more.',
  GenerationBegan:
    'The database was promoted or restored (`promoted`), or it is a copy that an operator adopted (`copied`). Events of the ' +
    'generation before may be lost. Ids and positions go on after a gap.',
};

/** The text of docs/events.md. */
export function eventsPage(): string {
  const fixtures = readdirSync(folder).map((file): Fixture => JSON.parse(readFileSync(join(folder, file), 'utf8')));
  const told = topicsByType();

  const section = (stream: string) => (type: string) => {
    const versions = fixtures.filter((fixture) => fixture.type === type);
    const stored = { ...versions[0], stream } as RecordedEvent;
    const rows = projections.filter(({ idOf }) => idOf(stored) !== undefined).map(({ table }) => `\`${table}\``);
    const topics = [...(told.get(type) ?? [])].map((topic) => `\`${topic}\``);
    const examples = versions.map(
      ({ schemaVersion, data }) => `Version ${schemaVersion}:\n\`\`\`json\n${JSON.stringify(data, null, 2)}\n\`\`\``,
    );
    return [
      `### ${type}`,
      meanings[type as keyof typeof meanings],
      `Read models: ${rows.join(', ') || 'none'}. Kafka: ${topics.join(', ') || 'nothing'}.`,
      ...examples,
    ].join('\n\n');
  };
  const stream = (name: string, { evolve }: { evolve: object }) => [
    `## Stream \`${name}\``,
    ...Object.keys(meanings)
      .filter((type) => type in evolve)
      .map(section(name)),
  ];
  const page = [
    introduction,
    ...stream('exam-{examId}', exam),
    ...stream('attempts-{examId}-{userId}', learnerAtExam),
    ...stream('learner-{userId}', learner),
    ...stream('log', { evolve: { GenerationBegan: true } }),
  ];
  return `${page.join('\n\n')}\n`;
}

/** The topics to which events of each type led in the stories that the messages are tested with. */
function topicsByType(): Map<string, Set<string>> {
  const told = new Map<string, Set<string>>();
  for (const change of Object.values(stories).map(logOf).flatMap(changesIn)) {
    const topics = told.get(change.event.type) ?? new Set();
    told.set(change.event.type, topics);
    for (const { topic } of messagesOf(change)) topics.add(topic);
  }
  return told;
}

const introduction = `<!-- Made by \`npm run docs\` from test/support/fixtures/events: do not edit. -->
# Events

The log keeps these events for ever. Names and shapes never change: a new meaning is a new optional field or a new event.
Each example is a fixture that a test folds through today's deciders and read models.

## What stands around the data

| Field | Meaning |
| --- | --- |
| \`id\` | UUIDv7 |
| \`stream\`, \`version\` | which stream, and the event's number in it, from 1 |
| \`type\`, \`schemaVersion\` | name, and version of the shape of \`data\` |
| \`data\` | what happened; \`at\` says when. Times are UTC, minutes and seconds are whole |
| \`metadata\` | \`commandId\`, \`requestId\` (the request that led to it, where there was one), \`actor\` (a user, a provider, the clock, an operator or the LMS) and whom it concerns: \`courseId\`, \`contentId\`, \`examId\`, \`userId\` |
| \`generation\`, \`xid\`, \`position\` | its position in the whole log: order by the three. A promotion, a restore or a move of the database begins a new generation (ADR 28) |
| \`recordedAt\` | when it was written |
| \`hash\` | SHA-256 over all of the above but place and \`recordedAt\`, and over the hash of the event before it in the stream |

There are no names and no e-mail addresses in an event. Data that may identify a learner are encrypted with the learner's key.

## Effects

A change of an attempt's status carries \`effects\`: what must follow elsewhere, decided once and kept, in order.

| \`kind\` | Who carries it out |
| --- | --- |
| \`credit\` | Kafka, \`proctoring.credit.v1\`; and the table \`credit_statuses\`, in the append's own transaction |
| \`grade\` | Kafka, \`proctoring.grades.v1\` |
| \`provider\` | the vendor that it names, told by the worker |
| \`certificate\` | Kafka, \`proctoring.certificates.v1\` |
| \`learner_state\` | Kafka, \`proctoring.learner-state.v1\` |
| \`status_signal\` | Kafka, \`proctoring.verified-names.v1\` |
| \`mail\` | the worker, by mail to the learner |
| \`support_notice\` | the worker, by mail to the course's address for that, or to \`CONTACT_EMAIL\` |

## Who reads events

The decider of the stream reads all of them, and so do auditors (\`/api/audit/v1\`). Read models and Kafka topics are named
at each event; whether there is a message on other topics than \`attempts\` depends on the effects.`;
