import { AnswerAppeal, MakeAppeal } from '../appeals/appeal.commands.js';
import type { AppealEvent } from '../appeals/appeal.events.js';
import { type Judgement, judgementOf } from '../appeals/judgement.js';
import { SetAttemptStatus } from '../attempts/attempt.commands.js';
import { decide, fold } from '../decider.js';
import type { Facts } from '../exams/exam.facts.js';
import type { Actor } from '../origin.js';
import { ApplyReview, RejectAttempt, VerifyAttempt } from '../reviews/review.commands.js';
import type { ReviewEvent } from '../reviews/review.events.js';
import { specOf } from '../testing.js';
import {
  after,
  attemptCode,
  attemptId,
  byLearner,
  errored,
  historyOf,
  informed,
  learner,
  noon,
  proctoredExam,
  signal,
  verified,
} from './attempt.examples.js';
import { learnerAtExam } from './learner-at-exam.decider.js';

const given = specOf(learnerAtExam);
const days = (count: number) => after(count * 24 * 60);
const teacher = 7;
const dean = 8;
const by = (userId: number) => ({ actor: { kind: 'user', userId } }) as const;
const effects = [signal];
const judgedByTeacher: Judgement = { at: noon, isOfOthers: true, judges: [teacher] };

const reason = 'the reason in plain text, which no event has';
const appeal = (at = days(1), judgement: Judgement = judgedByTeacher, facts = proctoredExam) =>
  informed(
    Object.assign(new MakeAppeal(learner, { attemptId, reason, at }, byLearner), { sealed: 'my words', judgement }),
    facts,
  );
const unjudged = () => Object.assign(appeal(), { judgement: undefined });
const answer = (isUpheld: boolean, answeredBy = dean, facts: Facts = proctoredExam) =>
  informed(
    Object.assign(new AnswerAppeal(learner, { attemptId, reason, isUpheld, answeredBy, at: days(2) }, by(answeredBy)), {
      sealed: 'their words',
      judgement: judgedByTeacher,
    }),
    facts,
  );
const appealMade: AppealEvent = {
  type: 'AppealMade',
  data: {
    attemptId,
    sealed: 'my words',
    answerBy: days(15),
    effects: [{ kind: 'support_notice', about: 'appeal' }],
    at: days(1),
  },
};
const answered = <T extends 'AppealUpheld' | 'AppealDismissed'>(
  type: T,
  template: 'appeal_upheld' | 'appeal_dismissed',
) => {
  const effects = [{ kind: 'mail' as const, template }];
  return { type, data: { attemptId, answeredBy: dean, sealed: 'their words', effects, at: days(2) } };
};
const upheld = answered('AppealUpheld', 'appeal_upheld');
const dismissed = answered('AppealDismissed', 'appeal_dismissed');
const rejection = historyOf('rejected');

describe('a learner whose attempt was rejected', () => {
  it('may appeal, and gets a date for the answer; staff get a mail', () =>
    given(...rejection)
      .when(appeal())
      .then(appealMade));

  it('may appeal on the last day, and not after it', () => {
    given(...rejection)
      .when(appeal(days(14)))
      .thenMatching({ type: 'AppealMade' });
    given(...rejection)
      .when(appeal(after(14 * 24 * 60 + 1)))
      .thenRefused('appeal_too_late', `An appeal was possible until ${days(14)}.`);
  });

  it('has the number of days of the setting', () =>
    given(...rejection)
      .when(appeal(days(4), judgedByTeacher, { ...proctoredExam, appealDays: 3 }))
      .thenRefused('appeal_too_late'));

  it('appeals once', () => {
    given(...rejection, appealMade)
      .when(appeal())
      .thenRefused('appeal_already_made', 'There is an appeal already. One judgement can be appealed once.');
    given(...rejection, appealMade, dismissed)
      .when(appeal(days(3)))
      .thenRefused('appeal_already_made');
  });

  it('waits for the answer to an appeal before the next one, also after another judgement', () =>
    given(...rejection, appealMade, verified, rejection.at(-1)!)
      .when(appeal(days(5), { ...judgedByTeacher, at: days(4) }))
      .thenRefused('appeal_already_made'));

  it('may appeal again after another judgement', () => {
    const history = [...rejection, appealMade, upheld, verified, rejection.at(-1)!];
    given(...history)
      .when(appeal(days(5), { ...judgedByTeacher, at: days(4) }))
      .thenMatching({ type: 'AppealMade' });
  });
});

describe('a learner whose attempt was not rejected', () => {
  it.each(['created', 'started', 'submitted', 'verified', 'second_review_required'] as const)(
    'has nothing to appeal while it is %s, whatever was judged before',
    (status) =>
      given(...historyOf(status))
        .when(appeal())
        .thenRefused('attempt_not_appealable', 'Nobody has rejected this attempt, so there is nothing to appeal.'),
  );

  it('has nothing to appeal if the log has no judgement, whatever the status', () =>
    given(...rejection)
      .when(unjudged())
      .thenRefused('attempt_not_appealable'));

  it('may appeal an error that a review declared, but not one that the own browser reported', () => {
    given(...historyOf('error'))
      .when(appeal())
      .thenMatching({ type: 'AppealMade' });
    given(...historyOf('error'))
      .when(appeal(days(1), { ...judgedByTeacher, isOfOthers: false }))
      .thenRefused('attempt_not_appealable');
  });
});

describe('the answer to an appeal', () => {
  it('that upholds it verifies the attempt: credit and grade are restored', () =>
    given(...rejection, appealMade)
      .when(answer(true))
      .then(upheld, {
        type: 'AttemptVerified',
        data: {
          attemptId,
          effects: [
            { kind: 'credit', status: 'satisfied' },
            { kind: 'grade', action: 'undo' },
            { kind: 'mail', template: 'verified' },
            signal,
          ],
          at: days(2),
        },
      }));

  it('that dismisses it changes no status', () =>
    given(...rejection, appealMade)
      .when(answer(false))
      .then(dismissed));

  it('comes from a person who has not judged the attempt', () =>
    given(...rejection, appealMade)
      .when(answer(true, teacher))
      .thenRefused(
        'appeal_needs_another_person',
        'You judged this attempt, so another person must answer the appeal.',
      ));

  it('never comes from the learner, even if the learner is staff', () =>
    given(...rejection, appealMade)
      .when(answer(true, learner.userId))
      .thenRefused('appeal_needs_another_person'));

  it.each([true, false])('is kept with its author and time (upheld: %s)', (isUpheld) => {
    const { appeals } = given(...rejection, appealMade)
      .when(answer(isUpheld))
      .state();
    expect(appeals[attemptId]).toEqual({
      madeAt: days(1),
      answerBy: days(15),
      answer: { isUpheld, answeredBy: dean, at: days(2) },
    });
  });

  it('is given once, and only to an appeal', () => {
    given(...rejection)
      .when(answer(true))
      .thenRefused('no_open_appeal', 'There is no appeal to answer at this attempt.');
    given(...rejection, appealMade, dismissed)
      .when(answer(true))
      .thenRefused('no_open_appeal');
  });

  it('counts after the promised day, too', () =>
    given(...rejection, { ...appealMade, data: { ...appealMade.data, answerBy: noon } } as AppealEvent)
      .when(answer(false))
      .thenMatching({ type: 'AppealDismissed' }));

  it('changes no status if the attempt was verified meanwhile', () =>
    given(...rejection, appealMade, verified)
      .when(answer(true))
      .then(upheld));
});

describe('a judgement', () => {
  const recorded = (event: { type: string; data: object }, actor: Actor) => ({
    ...event,
    metadata: { actor, ...learner },
  });
  const staff: Actor = { kind: 'user', userId: teacher };
  const rejected = recorded(rejection.at(-1)!, { kind: 'provider', name: 'test' });

  it('is the last one that failed the attempt', () => {
    expect(judgementOf([], attemptId)).toBeUndefined();
    expect(judgementOf([recorded(verified, staff)], attemptId)).toBeUndefined();
    expect(judgementOf([rejected], attemptId)).toEqual({ at: noon, isOfOthers: true, judges: [] });
    expect(judgementOf([rejected], 999)).toBeUndefined();
    expect(judgementOf([recorded(errored, byLearner.actor)], attemptId)).toMatchObject({
      isOfOthers: false,
      judges: [],
    });
    expect(judgementOf([recorded(errored, { kind: 'clock' })], attemptId)).toMatchObject({ isOfOthers: false });
  });

  it('by a provider is of others, also if the log names no learner', () =>
    expect(judgementOf([{ ...rejected, metadata: { actor: rejected.metadata.actor } }], attemptId)).toMatchObject({
      isOfOthers: true,
    }));

  it('has the reviewer and the sender of each review as its judges, once each', () => {
    const review = { type: 'ReviewReceived', data: { attemptId, reviewedBy: dean, at: noon } };
    expect(judgementOf([recorded(review, staff), recorded(review, staff), rejected], attemptId)?.judges).toEqual([
      teacher,
      dean,
    ]);
  });
});

describe('staff who reject an attempt', () => {
  const reject = (rejectedBy: number, facts = proctoredExam) =>
    informed(
      Object.assign(new RejectAttempt(learner, { attemptId, reason, rejectedBy, at: days(1) }, by(rejectedBy)), {
        sealed: 'why',
      }),
      facts,
    );
  const careful = { ...proctoredExam, demandsSecondPerson: true };
  const proposed: ReviewEvent = {
    type: 'RejectionProposed',
    data: { attemptId, proposedBy: teacher, sealed: 'why', at: days(1) },
  };
  const waiting = { type: 'SecondReviewRequired', data: { attemptId, effects, at: days(1) } } as const;
  const review = (reviewedBy: number | null, facts = careful) =>
    informed(
      new ApplyReview(
        learner,
        { attemptId, attemptCode, status: 'Suspicious', reviewedBy, commentCount: 0, sealed: 'review', at: days(1) },
        by(5),
      ),
      facts,
    );

  it('give a reason, and the grade is overridden in their name', () =>
    given(...historyOf('submitted'))
      .when(reject(teacher))
      .thenMatching({
        type: 'AttemptRejected',
        data: {
          sealed: 'why',
          effects: [
            { kind: 'credit', status: 'failed' },
            { kind: 'grade', action: 'override', overriddenBy: teacher },
            { kind: 'certificate', action: 'invalidate' },
            { kind: 'mail', template: 'rejected' },
            signal,
          ],
        },
      }));

  it.each(['created', 'started', 'ready_to_submit', 'declined', 'rejected'] as const)(
    'cannot reject an attempt that is %s',
    (status) =>
      given(...historyOf(status))
        .when(reject(teacher))
        .thenRefused('attempt_not_rejectable', `An attempt that is ${status} cannot be rejected.`),
  );

  describe('in a course that demands a second person', () => {
    it('only propose the rejection, and the attempt waits', () =>
      given(...historyOf('submitted'))
        .when(reject(teacher, careful))
        .then(proposed, waiting));

    it('reject it as the second person, who gives a reason, too', () =>
      given(...historyOf('submitted'), proposed, waiting)
        .when(reject(dean, careful))
        .thenMatching({ type: 'AttemptRejected', data: { sealed: 'why' } }));

    it('do not confirm their own proposal', () =>
      given(...historyOf('submitted'), proposed, waiting)
        .when(reject(teacher, careful))
        .thenRefused('rejection_needs_another_person', 'You proposed to reject it. Another person must confirm that.'));

    it('must be two people, also if reviews reject', () => {
      given(...historyOf('submitted'))
        .when(review(teacher))
        .thenMatching({ type: 'ReviewReceived' }, { type: 'RejectionProposed' }, { type: 'SecondReviewRequired' });
      given(...historyOf('submitted'), proposed, waiting)
        .when(review(dean))
        .thenMatching({ type: 'ReviewReceived' }, { type: 'AttemptRejected' });
      given(...historyOf('submitted'), proposed, waiting)
        .when(review(teacher))
        .thenMatching({ type: 'ReviewReceived' });
      given(...historyOf('submitted'))
        .when(review(null))
        .thenMatching({ type: 'ReviewReceived' }, { type: 'SecondReviewRequired' });
    });

    it('propose it by a review, which has the reason', () => {
      const [, proposal] = decide(learnerAtExam, fold(learnerAtExam, historyOf('submitted')), review(teacher));
      expect(proposal?.data).toStrictEqual({ attemptId, proposedBy: teacher, at: days(1) });
    });

    it('propose it once: the same review that comes again changes nothing', () => {
      const submitted = fold(learnerAtExam, historyOf('submitted'));
      const first = decide(learnerAtExam, submitted, review(teacher));
      given(...historyOf('submitted'), ...first)
        .when(review(teacher))
        .then();
    });

    it('are two of those who may judge: a review that names no reviewer neither proposes nor confirms', () => {
      const strict = { ...careful, requiresSecondReview: false };
      given(...historyOf('submitted'))
        .when(review(null, strict))
        .thenMatching({ type: 'ReviewReceived' }, { type: 'SecondReviewRequired' });
      given(...historyOf('submitted'), proposed, waiting)
        .when(review(null, strict))
        .thenMatching({ type: 'ReviewReceived' });
    });

    it('need nobody else for an attempt that is rejected already', () =>
      given(...rejection)
        .when(review(teacher))
        .thenMatching({ type: 'ReviewReceived' }, { type: 'AttemptRejected' }));

    it('can be one person if the course demands no second one', () =>
      given(...historyOf('submitted'))
        .when(review(teacher, proctoredExam))
        .thenMatching({ type: 'ReviewReceived' }, { type: 'AttemptRejected' }));

    it('begin again after the attempt was verified', () => {
      const history = [...historyOf('submitted'), proposed, waiting, verified];
      given(...history)
        .when(reject(dean, careful))
        .thenMatching({ type: 'RejectionProposed', data: { proposedBy: dean } }, { type: 'SecondReviewRequired' });
      expect(fold(learnerAtExam, history).proposals).toEqual({});
    });

    it('leave no proposal behind when the second person confirms it', () => {
      const confirmed = given(...historyOf('submitted'), proposed, waiting).when(reject(dean, careful));
      expect(confirmed.state().proposals).toEqual({});
    });

    it('do not stop operators', () =>
      given(...historyOf('submitted'))
        .when(
          informed(
            new SetAttemptStatus(
              learner,
              { attemptId, status: 'rejected', at: days(1) },
              { actor: { kind: 'operator', name: 'ops' } },
            ),
            careful,
          ),
        )
        .thenMatching({ type: 'AttemptRejected' }));
  });
});

describe('staff who verify an attempt', () => {
  const verify = (verifiedBy = teacher) =>
    informed(
      Object.assign(new VerifyAttempt(learner, { attemptId, reason, verifiedBy, at: days(1) }, by(verifiedBy)), {
        sealed: 'why',
      }),
    );

  it('give a reason, and what the rejection took away is restored', () =>
    given(...rejection)
      .when(verify())
      .then({
        type: 'AttemptVerified',
        data: {
          attemptId,
          sealed: 'why',
          effects: [
            { kind: 'credit', status: 'satisfied' },
            { kind: 'grade', action: 'undo' },
            { kind: 'mail', template: 'verified' },
            signal,
          ],
          at: days(1),
        },
      }));

  it.each(['submitted', 'second_review_required', 'error'] as const)('may verify an attempt that is %s', (status) =>
    given(...historyOf(status))
      .when(verify())
      .thenMatching({ type: 'AttemptVerified', data: { sealed: 'why' } }),
  );

  it.each(['created', 'started', 'ready_to_submit', 'declined', 'verified'] as const)(
    'cannot verify an attempt that is %s',
    (status) =>
      given(...historyOf(status))
        .when(verify())
        .thenRefused('attempt_not_verifiable', `An attempt that is ${status} cannot be verified.`),
  );

  it('never verify their own attempt', () =>
    given(...rejection)
      .when(verify(learner.userId))
      .thenRefused('own_attempt'));

  it('answer an open appeal instead, which must be another person', () => {
    given(...rejection, appealMade)
      .when(verify())
      .thenRefused('appeal_is_open', 'The learner has appealed. Please answer the appeal.');
    given(...rejection, appealMade, dismissed)
      .when(verify())
      .thenMatching({ type: 'AttemptVerified' });
  });
});
