import {
  AcknowledgeReviewStatus,
  AnswerAppeal,
  type AnyLearnerAtExamCommand,
  ApplyReview,
  CascadeDecline,
  ClickSoftwareDownload,
  CreateAttempt,
  DeclineAttempt,
  decide,
  EndPause,
  type Facts,
  fold,
  GiveExtraTime,
  type LearnerAtExamEvent,
  learnerAtExam,
  MakeAppeal,
  MarkReadyToResume,
  type NewAttemptCommand,
  type Origin,
  PauseAttempt,
  ReadyAttempt,
  RejectAttempt,
  RemoveAttempt,
  ReportError,
  ResetPracticeAttempt,
  type ReviewStatus,
  SendMessage,
  SetAttemptStatus,
  StartAttempt,
  StopAttempt,
  SubmitAttempt,
  TakeBackExtraTime,
  TimeOutAttempt,
} from '#domain';
import type { RecordedEvent } from '#event-store';
import {
  after,
  attemptCode,
  byLearner,
  informed,
  learner,
  onboardingExam,
  proctoredExam,
} from '../../domain/src/learner-at-exam/attempt.examples.js';
import { logCheckpointMessage } from './log-checkpoints.js';
import { type Message, messagesOf } from './messages.js';
import { type Change, emptyState, foldChanges } from './topic.js';

/** The attempt that `create` makes. */
const attemptId = 101;
type More = { origin?: Origin; facts?: Facts; [field: string]: unknown };

/** A command about the attempt, `minutes` after noon. By default the learner gives it, at a proctored exam. */
export const about = <C extends AnyLearnerAtExamCommand>(
  Command: new (who: typeof learner, data: any, origin: Origin) => C,
  minutes: number,
  { origin = byLearner, facts, ...data }: More = {},
) => informed(new Command(learner, { attemptId, at: after(minutes), ...data }, origin), facts);

const byProvider: Origin = { actor: { kind: 'provider', name: 'test' } };
const byStaff: Origin = { actor: { kind: 'user', userId: 7 } };
const byOperator: Origin = { actor: { kind: 'operator', name: 'Jo Doe' } };
const byClock: Origin = { actor: { kind: 'clock' } };

const create = (facts?: Facts) => about(CreateAttempt, 0, { facts, takingAsProctored: true });
const start = (facts?: Facts) => about(StartAttempt, 1, { facts });
const submit = about(SubmitAttempt, 31);
const review = (status: ReviewStatus, minutes: number, reviewedBy: number | null) =>
  about(ApplyReview, minutes, { origin: byProvider, attemptCode, status, reviewedBy, commentCount: 0, sealed: '' });
const withReason = { reason: 'why' };
const judged = <C extends MakeAppeal | AnswerAppeal>(command: C): C =>
  Object.assign(command, { sealed: '', judgement: { at: after(60), isOfOthers: true, judges: [7] } });
const sealed = <C extends AnyLearnerAtExamCommand>(command: C): C => Object.assign(command, { sealed: '' });
const reject = (rejectedBy: number, minutes: number, facts?: Facts) =>
  sealed(about(RejectAttempt, minutes, { origin: byStaff, facts, rejectedBy, ...withReason }));
const appeal = judged(about(MakeAppeal, 90, withReason));
const answer = (isUpheld: boolean) =>
  judged(about(AnswerAppeal, 95, { origin: byStaff, isUpheld, answeredBy: 8, ...withReason }));
const remove = about(RemoveAttempt, 90, { origin: byStaff });
const another = <C extends NewAttemptCommand>(command: C): C =>
  Object.assign(command, { attempt: { ...command.attempt, id: 102 } });

/** Courses that an attempt may take, as commands. */
export const stories = {
  started: [
    create(),
    about(ClickSoftwareDownload, 1),
    about(ReadyAttempt, 1, { origin: byProvider }),
    start(),
    about(StopAttempt, 2),
    start(),
  ],
  submitted: [create(), start(), submit],
  'handed in again': [create(), start(), submit, submit],
  verified: [create(), start(), submit, review('Suspicious', 60, null), review('Clean', 61, null)],
  rejected: [create(), start(), submit, review('Suspicious', 60, 7)],
  'verified on appeal': [create(), start(), submit, review('Suspicious', 60, 7), review('Clean', 90, 7)],
  'rejected by two people': [
    create(),
    start(),
    submit,
    reject(7, 60, { ...proctoredExam, demandsSecondPerson: true }),
    reject(8, 61, { ...proctoredExam, demandsSecondPerson: true }),
  ],
  'appeal upheld': [create(), start(), submit, reject(7, 60), appeal, answer(true)],
  'appeal dismissed': [create(), start(), submit, reject(7, 60), appeal, answer(false)],
  'removed after rejection': [create(), start(), submit, review('Suspicious', 60, 7), remove],
  acknowledged: [create(), about(AcknowledgeReviewStatus, 62)],
  'out of time': [create(), start(), about(TimeOutAttempt, 120, { origin: byClock })],
  'out of time, and kept so': [
    create(),
    start(),
    about(TimeOutAttempt, 120, { origin: byClock, facts: { ...proctoredExam, keepsTimedOutState: true } }),
  ],
  declined: [create(), about(DeclineAttempt, 1)],
  'declined with another exam': [create(), about(CascadeDecline, 1, { cascadedFrom: 3 })],
  resumed: [
    create(),
    start(),
    about(ReportError, 31),
    about(MarkReadyToResume, 40, { origin: byStaff }),
    another(create()),
  ],
  'corrected by an operator': [create(), about(SetAttemptStatus, 2, { origin: byOperator, status: 'eligible' })],
  'reset, for practice': [
    create(onboardingExam),
    start(onboardingExam),
    about(ReportError, 31, { facts: onboardingExam }),
    another(about(ResetPracticeAttempt, 33, { facts: onboardingExam })),
  ],
  'removed at once': [create(), remove],
  'removed by the learner': [create(), about(RemoveAttempt, 1, { byLearner: true })],
  'longer, and paused': [
    create(),
    start(),
    sealed(about(GiveExtraTime, 2, { origin: byStaff, grantId: 'grant', seconds: 60, givenBy: 7, ...withReason })),
    about(TakeBackExtraTime, 3, { origin: byStaff, grantId: 'grant' }),
    about(PauseAttempt, 4, { origin: byStaff }),
    about(EndPause, 5, { origin: byStaff }),
    sealed(about(SendMessage, 6, { origin: byStaff, text: 'Please stay.' })),
  ],
} satisfies Record<string, AnyLearnerAtExamCommand[]>;

/** The learner's stream after these commands, with ids that count up. */
export function logOf(commands: readonly AnyLearnerAtExamCommand[]): RecordedEvent<LearnerAtExamEvent>[] {
  const log: RecordedEvent<LearnerAtExamEvent>[] = [];
  for (const command of commands) {
    const { courseId, contentId } = command.facts.exam;
    const metadata = {
      commandId: `command ${log.length}`,
      actor: command.origin.actor,
      courseId,
      contentId,
      ...learner,
    };
    for (const event of decide(learnerAtExam, fold(learnerAtExam, log), command)) {
      const version = log.length + 1;
      const id = `01942c3e-5a00-7000-8000-${String(version).padStart(12, '0')}`;
      const rest = { stream: 'attempts-7-42', schemaVersion: 1, recordedAt: after(0), hash: '' };
      log.push({ ...event, ...rest, id, version, generation: 1, position: String(version), xid: '1', metadata });
    }
  }
  return log;
}

/** The changes of attempts in one whole stream. */
export const changesIn = (history: readonly RecordedEvent[]): Change[] => foldChanges(emptyState, history).changes;

/** The messages that a story publishes. */
export const publishedOf = (story: keyof typeof stories): Message[] =>
  changesIn(logOf(stories[story])).flatMap(messagesOf);

/** The example of C2SP tlog-cosignature. */
export const witnessedMessage: Message = logCheckpointMessage({
  origin: 'example.com/behind-the-sofa',
  size: 20_852_163,
  note: `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`,
});
