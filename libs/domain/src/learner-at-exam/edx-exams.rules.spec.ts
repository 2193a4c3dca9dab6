import {
  ClickSoftwareDownload,
  CreateAttempt,
  RemoveAttempt,
  ReportError,
  StartAttempt,
  StopAttempt,
  SubmitAttempt,
} from '../attempts/attempt.commands.js';
import type { Status } from '../attempts/attempt.statuses.js';
import type { Facts } from '../exams/exam.facts.js';
import { RejectAttempt, VerifyAttempt } from '../reviews/review.commands.js';
import { specOf } from '../testing.js';
import {
  after,
  attemptId,
  byLearner,
  created,
  historyOf,
  informed,
  learner,
  onboardingExam,
  proctoredExam,
  readyToResume,
  timedExam,
} from './attempt.examples.js';
import { learnerAtExam } from './learner-at-exam.decider.js';

const given = specOf(learnerAtExam);
const at = after(10);
const rules = { followsEdxExams: true };
const byTool: Facts = { ...proctoredExam, ...rules, startsAtTool: true };
const timed: Facts = { ...timedExam, ...rules };
const practice: Facts = { ...onboardingExam, ...rules };
const create = (facts: Facts, data: object = {}) =>
  informed(
    new CreateAttempt(
      learner,
      { takingAsProctored: facts.exam.isProctored, startClock: false, at, ...data },
      byLearner,
    ),
    facts,
  );
const start = (facts: Facts) => informed(new StartAttempt(learner, { attemptId, at }, byLearner), facts);
const illegal = (from: Status, to: Status) =>
  `A status transition from "${from}" to "${to}" was attempted on exam_id=7 for user_id=42. This is not allowed! (course_id=course-v1:OrgX+Demo+2031)`;

describe('a learner has one attempt at an exam of edx-exams', () => {
  const exists = 'Cannot create attempt for exam_id=7 and user_id=42 because an attempt already exists.';

  it.each<[string, Facts, Status]>([
    ['a running one', timed, 'started'],
    ['one that was rejected', byTool, 'rejected'],
    ['one at a practice exam', practice, 'submitted'],
  ])('and not another beside %s', (_, facts, status) =>
    given(...historyOf(status))
      .when(create(facts))
      .thenRefused('attempt_already_exists', exists),
  );

  it('unless staff let the learner resume it', () =>
    given(...historyOf('error'), readyToResume)
      .when(create(byTool))
      .thenMatching({ type: 'AttemptResumed' }, { type: 'AttemptCreated' }));

  it('which does not begin after the due date, except at a practice exam', () => {
    const past = { dueAt: after(5) };
    const text =
      'user_id=42 trying to create exam attempt for past due non-practice exam exam_id=7 in course_id=course-v1:OrgX+Demo+2031. Do not register an exam attempt!';
    given()
      .when(create({ ...timed, ...past }))
      .thenRefused('exam_past_due', text);
    given()
      .when(create({ ...byTool, ...past }))
      .thenRefused('exam_past_due', text);
    given()
      .when(create({ ...practice, ...past }))
      .thenMatching({ type: 'AttemptCreated' });
  });

  it('of the generation that is asked for', () => {
    const later: Facts = { ...timed, exam: { ...timed.exam, generationId: 9 } };
    given(created)
      .when(create(later))
      .thenMatching({ type: 'AttemptCreated', data: { examId: 7, generationId: 9 } });
    const again = { ...created, data: { ...created.data, generationId: 9 } };
    given(again).when(create(later)).thenRefused('attempt_already_exists', exists.replace('exam_id=7', 'exam_id=9'));
  });
});

describe('an exam that a tool proctors', () => {
  it.each<Status>(['created', 'download_software_clicked'])('does not start from %s (H2)', (status) =>
    given(...historyOf(status))
      .when(start(byTool))
      .thenRefused('illegal_status_transition', illegal(status, 'started')),
  );
  it('does not start when the attempt is created', () =>
    given()
      .when(create(byTool, { startClock: true }))
      .thenRefused('illegal_status_transition', illegal('created', 'started')));
  it('starts when the tool is ready', () =>
    given(...historyOf('ready_to_start'))
      .when(start(byTool))
      .thenMatching({ type: 'AttemptStarted' }));
  it('goes on from ready_to_submit', () =>
    given(...historyOf('ready_to_submit'))
      .when(start(byTool))
      .thenMatching({ type: 'AttemptContinued' }));
  it.each<Status>(['started', 'ready_to_submit'])('stays %s when the learner goes to the tool again (H22)', (status) =>
    given(...historyOf(status))
      .when(informed(new ClickSoftwareDownload(learner, { attemptId, at }, byLearner), byTool))
      .then(),
  );
  it('starts without the tool if it is a practice exam', () =>
    given()
      .when(create(practice, { startClock: true }))
      .thenMatching({ type: 'AttemptCreated' }, { type: 'AttemptStarted' }));
});

describe('a second exam at the same time', () => {
  const text =
    'Cannot start exam attempt for exam_id=7 and user_id=42 because another exam attempt is currently active!';
  const other: Facts = { ...timed, anotherRuns: true };

  it.each<Status>(['created', 'ready_to_submit'])('does not start from %s (H8)', (status) =>
    given(...historyOf(status))
      .when(start(other))
      .thenRefused('another_attempt_running', text),
  );
  it('is the reason also if the tool is not ready', () =>
    given(...historyOf('created'))
      .when(start({ ...byTool, anotherRuns: true }))
      .thenRefused('another_attempt_running'));
  it('is not created if it should start', () => {
    given()
      .when(create(other, { startClock: true }))
      .thenRefused('another_attempt_running', text);
    given().when(create(other)).thenMatching({ type: 'AttemptCreated' });
  });
  it('is refused for its own status first', () => {
    given(...historyOf('started'))
      .when(start(other))
      .thenRefused('attempt_already_started');
    given(...historyOf('submitted'))
      .when(start(other))
      .thenRefused('illegal_status_transition', illegal('submitted', 'started'));
  });
});

describe('a result is final for the learner (H2)', () => {
  const ended: Status[] = ['submitted', 'verified', 'rejected', 'error', 'second_review_required'];
  const actions = {
    ready_to_submit: new StopAttempt(learner, { attemptId, at }, byLearner),
    download_software_clicked: new ClickSoftwareDownload(learner, { attemptId, at }, byLearner),
    error: new ReportError(learner, { attemptId, at }, byLearner),
    submitted: new SubmitAttempt(learner, { attemptId, at }, byLearner),
  };

  it.each(ended.flatMap((from) => Object.keys(actions).map((to) => [from, to as keyof typeof actions] as const)))(
    'from %s to %s',
    (from, to) => {
      const when = given(...historyOf(from)).when(informed(actions[to], byTool));
      if (from === to) when.then();
      else when.thenRefused('illegal_status_transition', illegal(from, to));
    },
  );
});

describe('a learner removes the own attempt (H1)', () => {
  const remove = (facts: Facts) =>
    informed(new RemoveAttempt(learner, { attemptId, byLearner: true, at }, byLearner), facts);

  it.each<Status>(['created', 'download_software_clicked', 'ready_to_start'])('if it is %s', (status) =>
    given(...historyOf(status))
      .when(remove(timed))
      .thenMatching({ type: 'AttemptRemoved', data: { because: 'learner' } }),
  );
  it.each<Status>(['started', 'ready_to_submit', 'submitted', 'verified', 'rejected', 'error'])(
    'but not if it is %s, since the clock would begin anew',
    (status) =>
      given(...historyOf(status))
        .when(remove(timed))
        .thenRefused('attempt_has_begun'),
  );
  it('and not if its time is over, which nobody has noticed yet', () => {
    const late = informed(new RemoveAttempt(learner, { attemptId, byLearner: true, at: after(91) }, byLearner), timed);
    given(...historyOf('started'))
      .when(late)
      .thenRefused('attempt_has_begun');
  });
  it('at a practice exam in any status', () => {
    const [, ...rest] = historyOf('rejected');
    const sample = { ...created, data: { ...created.data, isSampleAttempt: true } };
    given(sample, ...rest)
      .when(remove(practice))
      .thenMatching({ type: 'AttemptRemoved', data: { because: 'learner' } });
  });
});

describe('staff of edx-exams judge an attempt in any status', () => {
  const judged = { attemptId, reason: 'Decided in the exams dashboard', fromAnyStatus: true, at };
  const verify = (verifiedBy: number) =>
    Object.assign(informed(new VerifyAttempt(learner, { ...judged, verifiedBy }, byLearner), byTool), {
      sealed: 'v2.x',
    });
  const reject = Object.assign(informed(new RejectAttempt(learner, { ...judged, rejectedBy: 5 }, byLearner), byTool), {
    sealed: 'v2.x',
  });

  it('counts whatever became of the attempt at an earlier generation', () => {
    const later = { ...created, data: { ...created.data, attemptId: attemptId + 1, generationId: 9 } };
    given(later, ...historyOf('started'))
      .when(verify(5))
      .thenMatching({
        type: 'AttemptVerified',
        data: {
          effects: [
            { kind: 'credit', status: 'satisfied' },
            { kind: 'mail', template: 'verified' },
            { kind: 'status_signal' },
          ],
        },
      });
  });

  it.each<Status>(['created', 'started', 'submitted', 'rejected', 'verified'])('from %s', (status) => {
    given(...historyOf(status))
      .when(verify(5))
      .thenMatching({ type: 'AttemptVerified' });
    given(...historyOf(status))
      .when(reject)
      .thenMatching({ type: 'AttemptRejected' });
  });
  it('also their own', () =>
    given(...historyOf('submitted'))
      .when(verify(learner.userId))
      .thenMatching({ type: 'AttemptVerified' }));
});
