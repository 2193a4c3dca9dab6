import { LaunchTool, ReadyAttempt } from '../attempts/attempt.commands.js';
import type { Status } from '../attempts/attempt.statuses.js';
import { ControlAttempt } from '../controls/control.commands.js';
import { controlReasonOf } from '../controls/control.reasons.js';
import { specOf } from '../testing.js';
import { after, attemptId, byLearner, historyOf, informed, learner, noon } from './attempt.examples.js';
import { learnerAtExam } from './learner-at-exam.decider.js';

const given = specOf(learnerAtExam);
const byTool = { actor: { kind: 'provider', name: 'watchers' } } as const;
const control = (data: Partial<ControlAttempt['data']>) =>
  Object.assign(
    informed(
      new ControlAttempt(
        learner,
        {
          attemptId,
          controlId: 'once',
          action: 'terminate',
          severity: '0.10',
          reasonCode: '1',
          isSubmission: true,
          incidentAt: noon,
          extraMinutes: null,
          reason: 'done',
          at: after(10),
          ...data,
        },
        byTool,
      ),
    ),
    { sealed: 'v2.x' },
  );
const result = (action: 'terminate' | 'flag' = 'terminate', data: object = {}) => ({
  type: 'ControlResultReceived' as const,
  data: {
    attemptId,
    controlId: 'once',
    action,
    severity: '0.10',
    reasonCode: '1',
    incidentAt: noon,
    sealed: 'v2.x',
    at: after(10),
    ...data,
  },
});

describe('a tool that ends an attempt', () => {
  it.each([
    ['1', '0.25', 'AttemptVerified'],
    ['1', '0.26', 'SecondReviewRequired'],
    ['9', '0.10', 'AttemptErrored'],
    ['77', '0', 'AttemptErrored'],
  ] as const)('with reason %s and severity %s gives %s', (reasonCode, severity, type) =>
    given(...historyOf('started'))
      .when(control({ reasonCode, severity, isSubmission: reasonCode === '1' }))
      .thenMatching(result('terminate', { reasonCode, severity }), { type, data: { attemptId, at: after(10) } }),
  );

  it('keeps the time that is left when it ends a running attempt because of a failure', () =>
    given(...historyOf('started'))
      .when(control({ reasonCode: '9', isSubmission: false }))
      .thenMatching(
        { type: 'ControlResultReceived' },
        { type: 'AttemptErrored', data: { timeRemainingSeconds: 80 * 60 } },
      ));

  it('changes nothing when it repeats its request', () =>
    given(...historyOf('started'), result())
      .when(control({}))
      .then());

  it.each<Status>(['ready_to_start', 'started', 'ready_to_submit', 'submitted', 'timed_out'])(
    'may do so when the attempt is %s',
    (status) =>
      given(...historyOf(status))
        .when(control({}))
        .thenMatching(result(), { type: 'AttemptVerified' }),
  );

  it.each<Status>(['created', 'download_software_clicked', 'verified', 'rejected', 'error', 'second_review_required'])(
    'is refused when the attempt is %s',
    (status) =>
      given(...historyOf(status))
        .when(control({}))
        .thenRefused('attempt_not_controllable', `A tool cannot control an attempt that is ${status}.`),
  );
});

describe('a tool that controls a running attempt', () => {
  const running = historyOf('started');
  const paused = { type: 'AttemptPaused', data: { attemptId, at: after(5) } } as const;
  const extraTime = {
    type: 'ExtraTimeGiven',
    data: { attemptId, grantId: 'once', seconds: 600, sealed: 'v2.x', at: after(10) },
  } as const;

  it('reports an incident, and the attempt goes on', () =>
    given(...running)
      .when(control({ action: 'flag' }))
      .then(result('flag')));

  it('pauses it once', () => {
    given(...running)
      .when(control({ action: 'pause' }))
      .then({ type: 'AttemptPaused', data: { attemptId, at: after(10) } });
    given(...running, paused)
      .when(control({ action: 'pause' }))
      .then();
  });

  it('resumes it, with extra time if the tool says so', () => {
    const ended = { type: 'PauseEnded', data: { attemptId, at: after(10) } } as const;
    given(...running, paused)
      .when(control({ action: 'resume' }))
      .then(ended);
    given(...running, paused)
      .when(control({ action: 'resume', extraMinutes: 10 }))
      .then(ended, extraTime);
    given(...running)
      .when(control({ action: 'resume' }))
      .then();
  });

  it('gives it extra time once', () => {
    given(...running)
      .when(control({ action: 'update', extraMinutes: 10 }))
      .then(extraTime);
    given(...running, extraTime)
      .when(control({ action: 'update', extraMinutes: 10 }))
      .then();
    given(...running)
      .when(control({ action: 'update' }))
      .then();
  });

  it.each(['pause', 'resume', 'update'] as const)('cannot %s an attempt that does not run', (action) =>
    given(...historyOf('submitted'))
      .when(control({ action, extraMinutes: 5 }))
      .thenRefused('attempt_not_running', 'The attempt does not run: its status is submitted.'),
  );
});

describe('a learner who goes to the tool', () => {
  const launch = () => informed(new LaunchTool(learner, { attemptId, at: after(10) }, byLearner));

  it.each<Status>(['created', 'ready_to_start'])('from %s is seen at the set-up', (status) =>
    given(...historyOf(status))
      .when(launch())
      .thenMatching({ type: 'SoftwareDownloadClicked' }),
  );

  it.each<Status>(['started', 'ready_to_submit'])('from %s keeps status and clock', (status) => {
    given(...historyOf(status))
      .when(launch())
      .then();
    given(...historyOf(status))
      .when(informed(new ReadyAttempt(learner, { attemptId, at: after(10) }, byTool)))
      .then();
  });

  it('is refused after the end', () =>
    expect(() =>
      given(...historyOf('submitted'))
        .when(launch())
        .state(),
    ).toThrow('This is not allowed!'));
});

it('a reason that is not in the list stays as it is', () => {
  expect([controlReasonOf('14'), controlReasonOf('77'), controlReasonOf('toString')]).toEqual([
    "The battery died on learner's device",
    '77',
    'toString',
  ]);
});
