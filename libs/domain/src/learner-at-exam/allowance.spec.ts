import { BlankAllowances, GrantAllowance, WithdrawAllowance } from '../allowances/allowance.commands.js';
import { additionalMinutesOf } from '../allowances/allowance.js';
import { specOf } from '../testing.js';
import { after, byLearner, informed, learner, noon, proctoredExam } from './attempt.examples.js';
import { learnerAtExam } from './learner-at-exam.decider.js';

const given = specOf(learnerAtExam);
const key = 'additional_time_granted';
const grant = (value: string) => informed(new GrantAllowance(learner, { key, value, at: after(5) }, byLearner));
const granted = {
  type: 'AllowanceGranted',
  data: { allowanceId: 800, ...learner, key, value: '10', at: noon },
} as const;

describe('an allowance', () => {
  it('is granted', () =>
    given()
      .when(grant('15'))
      .then({ type: 'AllowanceGranted', data: { allowanceId: 900, ...learner, key, value: '15', at: after(5) } }));

  it('keeps its id when it is changed', () =>
    given(granted)
      .when(grant('15'))
      .then({ type: 'AllowanceChanged', data: { allowanceId: 800, ...learner, key, value: '15', at: after(5) } }));

  it.each(['', '-1', '1.5', ' 5', 'ten'])('of "%s" minutes is refused', (value) =>
    given().when(grant(value)).thenRefused('allowance_value_not_allowed'),
  );

  it.each(['0', '007'])('of "%s" minutes is fine', (value) =>
    given().when(grant(value)).thenMatching({ type: 'AllowanceGranted' }),
  );

  it('at an inactive exam is refused', () => {
    const facts = { ...proctoredExam, exam: { ...proctoredExam.exam, isActive: false } };
    const command = informed(new GrantAllowance(learner, { key, value: '5', at: noon }, byLearner), facts);
    given().when(command).thenRefused('exam_not_active');
  });

  it('is blanked once, and counts for nothing then', () => {
    const blank = () => informed(new BlankAllowances(learner, { at: after(5) }, byLearner));
    const blanked = { type: 'AllowanceBlanked', data: { allowanceId: 800, key, at: after(5) } } as const;
    given(granted).when(blank()).then(blanked);
    given(granted, blanked).when(blank()).then();
    expect(additionalMinutesOf(given(granted).when(blank()).state().allowances)).toBe(0);
  });

  it('is withdrawn, and withdrawing what is not there is harmless', () => {
    const withdraw = () => informed(new WithdrawAllowance(learner, { key, at: after(5) }, byLearner));
    given(granted)
      .when(withdraw())
      .then({ type: 'AllowanceWithdrawn', data: { allowanceId: 800, key, at: after(5) } });
    given().when(withdraw()).then();
  });
});
