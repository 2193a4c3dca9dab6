import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CourseConfigurationEvent,
  courseConfiguration,
  type Event,
  type ExamEvent,
  exam,
  type LearnerAtExamEvent,
  type LearnerEvent,
  type LogKeyEvent,
  learner,
  learnerAtExam,
  logKeys,
} from '#domain';
import type { GenerationBegan, RecordedEvent } from '#event-store';
import { messagesOf } from '#integration';
import { projections } from '#read-models';
import { changesIn, logOf, stories } from '../../../libs/integration/src/messages.examples.js';

type Fixture = Event & { schemaVersion: number };

const folder = 'test/support/fixtures/events';

/** The meaning of each event of the log, in the order of the page. */
const meanings: Record<
  (ExamEvent | CourseConfigurationEvent | LearnerAtExamEvent | LearnerEvent | LogKeyEvent | GenerationBegan)['type'],
  string
> = {
  ExamCreated: 'A subsection of a course is an exam from now on.',
  ExamRevised: 'Something about the exam is new. All of its fields are there, not only what changed.',
  ExamGenerationBegun:
    'The exam has another type or provider, or is back: a new generation with an id of its own and all fields begins. Learners ' +
    'take it anew, with the same allowances. An exam has its own id as the id of its first generation.',
  ReviewPolicySet: 'The exam has a text for reviewers. The first one gives the policy its id; later ones keep it.',
  ReviewPolicyRemoved: 'The exam has no text for reviewers any more.',
  ExamWithdrawn: 'The course was published without the exam: it is inactive and not proctored.',
  CourseExamsConfigured:
    'The course has this provider of LTI proctoring (null: none) for its exams, and this address for questions of its learners.',
  CourseSettingsChanged:
    'Staff changed settings on the instructor dashboard. Absent fields are as before. `escalationEmail` counts for a course ' +
    'without a provider of LTI proctoring, until the LMS sends another address.',
  AttemptCreated:
    'The learner has an attempt. `status` is `created`, or an onboarding status if the provider requires onboarding first. ' +
    '`cascadedFrom` is the exam whose declining created this attempt.',
  SoftwareDownloadClicked: "The learner asked for the provider's software.",
  AttemptReadied: "The provider reports that the learner's set-up is done.",
  AttemptStarted: 'The clock runs. `allowed` says how many minutes the learner has, and why.',
  AttemptContinued: 'The learner is back in the exam. The clock was running all the time.',
  AttemptStopped: 'The learner pressed "end my exam" and has yet to confirm. The clock still runs.',
  AttemptSubmitted:
    'The attempt is submitted: by the learner (`handed_in`), by the end of the time (`time_ran_out`), or because the ' +
    'learner left the running exam for the waiting room (`went_back`). `completedAt` is the end of the time, even if ' +
    'it was noticed later.',
  AttemptTimedOut: 'The time was over, and the setting `ALLOW_TIMED_OUT_STATE` makes that a status.',
  AttemptDeclined:
    'The learner takes the exam without proctoring. `cascadedFrom` is the exam whose declining caused this, if one did.',
  AttemptErrored:
    'Proctoring failed. `timeRemainingSeconds` is the remaining time if the browser reported the error; a review reports none.',
  SecondReviewRequired: 'A review was suspicious. A person must confirm it.',
  AttemptVerified: 'A review found nothing, or an appeal was upheld.',
  AttemptRejected:
    "A review found a violation, or staff rejected the attempt: then `sealed` is their reason, encrypted with the learner's key. " +
    'Without it the review and its comments are the reason; `commentCount` 0 says that it gave none.',
  AttemptStatusOverridden: 'An operator set a status that no other event leads to.',
  AttemptMarkedReadyToResume: 'Staff allowed the learner to go on with a new attempt, which gets the remaining time.',
  AttemptResumed: 'Another attempt (`resumedBy`) continues this one.',
  PracticeAttemptReset: 'The learner tries a practice exam again. This attempt is kept as `onboarding_reset`.',
  ReviewStatusAcknowledged: 'The learner has seen the result.',
  AttemptRemoved:
    'The attempt is removed: by staff, by its learner, by a practice reset, or because onboarding was completed.',
  ReviewReceived:
    "A provider's review came in. `sealed` is what the provider sent, encrypted with the learner's key; `status` is the " +
    'outcome in the words of the reference.',
  ControlResultReceived:
    'A tool that proctors the attempt reported an incident (`flag`) or ended the attempt (`terminate`; its verdict follows). ' +
    '`controlId` is the same when the tool repeats its request. `severity` is from 0 to 1. ' +
    "`sealed` is what the tool wrote, encrypted with the learner's key.",
  RejectionProposed:
    'A person wants to reject the attempt, in a course that demands a second person for it. `sealed` is the reason, encrypted ' +
    "with the learner's key; a review has its own. The attempt waits for the second person.",
  AppealMade:
    "The learner asks that another person looks at the rejected attempt. `sealed` is the reason, encrypted with the learner's " +
    'key; `answerBy` is the day by which staff should answer.',
  AppealUpheld:
    "Another person agrees with the appeal. `sealed` is the reason, encrypted with the learner's key. `AttemptVerified` follows.",
  AppealDismissed:
    "Another person does not agree with the appeal. `sealed` is the reason, encrypted with the learner's key.",
  ExtraTimeGiven:
    "Staff or a tool lengthened the running attempt by these seconds, also past the due date. `sealed` is the reason, encrypted with the learner's " +
    'key; `grantId` is the same for all attempts that got the time together; `cause` is the outage that it makes up for, if there was one.',
  ExtraTimeTakenBack: 'Staff took these seconds of extra time back. It never ends an attempt.',
  AttemptPaused: 'Staff or a tool stopped the clock of the running attempt. Its status stays.',
  PauseEnded: "The clock runs again. The attempt's end moved by the length of the pause.",
  MessageSent: "Staff wrote to the learner. `sealed` is the text, encrypted with the learner's key.",
  AllowanceGranted:
    'The learner has an allowance. `value` is minutes; any other value is in `sealed`, encrypted with the learner key.',
  AllowanceChanged: 'The allowance has another value.',
  AllowanceBlanked: "The allowance's value is gone, because the learner was retired.",
  AllowanceWithdrawn:
    'The learner no longer has the allowance. `replacedBy` is the allowance that the instructor dashboard granted instead.',
  LearnerRetired: 'The learner is forgotten: the learner key is destroyed, and the roster no longer has the name.',
  LogKeyIntroduced:
    'The key with these 32 public bytes (Ed25519, base64) may sign the checkpoints of the Merkle log. Several keys may sign at a time.',
  LogKeyRetired: 'The key signs no more. Its earlier signatures stay valid.',
  LogKeyRevoked:
    'Nobody may trust what the key signs of this tree from this size on, or of a later tree: somebody else may have the key.',
  GenerationBegan:
    'The database was promoted or restored (`promoted`), or it is a copy that an operator adopted (`copied`). Events of the ' +
    'generation before may be lost. Ids and positions go on after a gap.',
};

/** The text of docs/events.md. */
export function eventsPage(): string {
  const fixtures = readdirSync(folder).map((file): Fixture => JSON.parse(readFileSync(join(folder, file), 'utf8')));
  const topicsOf = topicsByType();

  const section = (stream: string) => (type: string) => {
    const versions = fixtures.filter((fixture) => fixture.type === type);
    const event = { ...versions[0], stream } as RecordedEvent;
    const rows = projections.filter(({ idOf }) => idOf(event) !== undefined).map(({ table }) => `\`${table}\``);
    const topics = [...(topicsOf.get(type) ?? [])].map((topic) => `\`${topic}\``);
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
    ...stream('course-exams-{courseId}', courseConfiguration),
    ...stream('attempts-{examId}-{userId}', learnerAtExam),
    ...stream('learner-{userId}', learner),
    ...stream('log-keys', logKeys),
    ...stream('log', { evolve: { GenerationBegan: true } }),
  ];
  return `${page.join('\n\n')}\n`;
}

/** The topics with messages about each type of event, in the stories that test the messages. */
function topicsByType(): Map<string, Set<string>> {
  const byType = new Map<string, Set<string>>();
  for (const change of Object.values(stories).map(logOf).flatMap(changesIn)) {
    const topics = byType.get(change.event.type) ?? new Set();
    byType.set(change.event.type, topics);
    for (const { topic } of messagesOf(change)) topics.add(topic);
  }
  return byType;
}

const introduction = `<!-- Made by \`npm run docs\` from test/support/fixtures/events: do not edit. -->
# Events

The log keeps these events for ever. Names and shapes never change: a new meaning is a new optional field or a new event.
Each example is a fixture that a test folds through today's deciders and read models.

## Fields around the data

| Field | Meaning |
| --- | --- |
| \`id\` | UUIDv7 |
| \`stream\`, \`version\` | which stream, and the event's number in it, from 1 |
| \`type\`, \`schemaVersion\` | the name, and the version of the shape of \`data\` |
| \`data\` | what happened, and when (\`at\`). Times are UTC; minutes and seconds are whole numbers. \`imported\`: fields of a row of an edx-proctoring database to which the event alone would not lead |
| \`metadata\` | \`commandId\`, \`requestId\` (the request that led to it, if there was one), \`actor\` (a user, a provider, the clock, an operator or the LMS), and the learner, exam and course: \`courseId\`, \`contentId\`, \`examId\`, \`userId\`; and \`origin\`, which is \`import\` in events from an edx-proctoring database |
| \`generation\`, \`xid\`, \`position\` | its position in the whole log: sort by these three. A promotion, a restore or a move of the database begins a new generation (ADR 28) |
| \`recordedAt\` | when it was written |
| \`hash\` | SHA-256 over all fields above except the position and \`recordedAt\`, and over the hash of the previous event of the stream |

An event has no names and no e-mail addresses of learners. The configuration of a course has the course's address for questions. Data that may identify a learner are encrypted with the learner key.

## Effects

A change of an attempt's status has \`effects\`: the consequences outside the attempt. They are decided once and recorded in order.

| \`kind\` | Carried out by |
| --- | --- |
| \`credit\` | Kafka, \`proctoring.credit.v1\`; and the table \`credit_statuses\`, in the append's own transaction |
| \`grade\` | Kafka, \`proctoring.grades.v1\` |
| \`provider\` | the provider that it names, notified by the worker |
| \`certificate\` | Kafka, \`proctoring.certificates.v1\` |
| \`learner_state\` | Kafka, \`proctoring.learner-state.v1\` |
| \`status_signal\` | Kafka, \`proctoring.verified-names.v1\` |
| \`mail\` | the worker, by mail to the learner |
| \`support_notice\` | the worker, by mail to the course's address for that, or to \`CONTACT_EMAIL\` |

## Who reads events

The decider of the stream reads all its events, and so do auditors (\`/api/audit/v1\`). Each event above names its read models
and Kafka topics. The effects decide whether there is a message on other topics than \`attempts\`.`;
