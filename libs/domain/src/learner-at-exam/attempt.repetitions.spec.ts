import { GrantAllowance } from '../allowances/allowance.commands.js';
import {
  AcknowledgeReviewStatus,
  ClickSoftwareDownload,
  DeclineAttempt,
  ReadyAttempt,
  StartAttempt,
  StopAttempt,
} from '../attempts/attempt.commands.js';
import type { AttemptEvent } from '../attempts/attempt.events.js';
import { decide, fold } from '../decider.js';
import { ApplyReview } from '../reviews/review.commands.js';
import type { ReviewStatus } from '../reviews/review.js';
import { specOf } from '../testing.js';
import {
  after,
  attemptCode,
  attemptId,
  byLearner,
  created,
  informed,
  learner,
  noon,
  started,
  stopped,
  submitted,
  timedExam,
} from './attempt.examples.js';
import { startsCascade } from './attempt.transitions.js';
import { learnerAtExam } from './learner-at-exam.decider.js';

const given = specOf(learnerAtExam);
const one = (minutes: number) => ({ attemptId, at: after(minutes) });

const requests = {
  'a stop': (minutes: number) => new StopAttempt(learner, one(minutes), byLearner),
  'a click on the download': (minutes: number) => new ClickSoftwareDownload(learner, one(minutes), byLearner),
  'a decline': (minutes: number) => new DeclineAttempt(learner, one(minutes), byLearner),
  'ready to start': (minutes: number) => new ReadyAttempt(learner, one(minutes), byLearner),
  'the acknowledgement of a result': (minutes: number) => new AcknowledgeReviewStatus(learner, one(minutes), byLearner),
  'an allowance of the same value': (minutes: number) =>
    new GrantAllowance(learner, { key: 'additional_time_granted', value: '15', at: after(minutes) }, byLearner),
};

describe.each(Object.entries(requests))('%s', (name, request) => {
  const before = name === 'a stop' ? [created, started] : [created];

  it('that is repeated changes nothing', () => {
    const state = fold(learnerAtExam, before);
    const first = decide(learnerAtExam, state, informed(request(1)));
    expect(first).toHaveLength(1);
    given(...before, ...first)
      .when(informed(request(2)))
      .then();
  });
});

describe('a learner', () => {
  it('who stops, starts and stops changes the attempt each time', () => {
    const continued = {
      type: 'AttemptContinued',
      data: { attemptId, effects: [], at: after(2) },
    } satisfies AttemptEvent;
    given(created, started, stopped)
      .when(informed(new StartAttempt(learner, { at: after(2) }, byLearner)))
      .thenMatching({ type: 'AttemptContinued' });
    given(created, started, stopped, continued)
      .when(informed(requests['a stop'](3)))
      .thenMatching({ type: 'AttemptStopped' });
  });

  it('who stops again when the time is over submits the attempt', () =>
    given(created, started, stopped)
      .when(informed(requests['a stop'](91)))
      .thenMatching({ type: 'AttemptStopped' }, { type: 'AttemptSubmitted', data: { because: 'time_ran_out' } }));

  it('who declines an exam that a cascade declined before changes nothing', () => {
    const cascaded = {
      type: 'AttemptDeclined',
      data: { attemptId, cascadedFrom: 8, effects: [], at: noon },
    } satisfies AttemptEvent;
    given(created, cascaded)
      .when(informed(requests['a decline'](1)))
      .then();
  });

  it('who declines again also declines exams that were added since', () => expect(startsCascade([])).toBe(true));
});

describe('a review', () => {
  const review = (status: ReviewStatus, sealed: string, minutes: number) =>
    informed(
      new ApplyReview(
        learner,
        { attemptId, attemptCode, status, sealed, reviewedBy: null, commentCount: 0, at: after(minutes) },
        { actor: { kind: 'provider', name: 'test' } },
      ),
      timedExam,
    );
  const received = {
    type: 'ReviewReceived',
    data: { attemptId, attemptCode, status: 'Clean', sealed: 'text', reviewedBy: null, commentCount: 0, at: after(91) },
  } as const;
  const verified = { type: 'AttemptVerified', data: { attemptId, effects: [], at: after(91) } } satisfies AttemptEvent;
  const rejected = { type: 'AttemptRejected', data: { attemptId, effects: [], at: after(92) } } satisfies AttemptEvent;
  const reviewed = [created, started, submitted, received, verified];

  it('that comes again changes nothing', () =>
    given(...reviewed)
      .when(review('Clean', 'text', 93))
      .then());

  it('with another text is kept', () =>
    given(...reviewed)
      .when(review('Clean', 'another text', 93))
      .thenMatching({ type: 'ReviewReceived' }, { type: 'AttemptVerified' }));

  it('that comes again is applied if the attempt got another status since', () =>
    given(...reviewed, rejected)
      .when(review('Clean', 'text', 93))
      .thenMatching({ type: 'ReviewReceived' }, { type: 'AttemptVerified' }));
});
