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

  it('is blanked once, and then adds no minutes', () => {
    const blank = () => informed(new BlankAllowances(learner, { at: after(5) }, byLearner));
    const blanked = { type: 'AllowanceBlanked', data: { allowanceId: 800, key, at: after(5) } } as const;
    given(granted).when(blank()).then(blanked);
    given(granted, blanked).when(blank()).then();
    expect(additionalMinutesOf(given(granted).when(blank()).state().allowances)).toBe(0);
  });

  it('is withdrawn; withdrawing a missing allowance changes nothing', () => {
    const withdraw = () => informed(new WithdrawAllowance(learner, { key, at: after(5) }, byLearner));
    given(granted)
      .when(withdraw())
      .then({ type: 'AllowanceWithdrawn', data: { allowanceId: 800, key, at: after(5) } });
    given().when(withdraw()).then();
  });

  it('that is to be the only one withdraws those with other keys, which name it', () => {
    const note = { ...granted, data: { ...granted.data, allowanceId: 801, key: 'note', value: 'a desk' } };
    const only = { key, value: '10', isOnly: true, at: after(5) };
    const grantOnly = () => informed(new GrantAllowance(learner, only, byLearner));
    const withdrawn = (replacedBy: number) =>
      ({ type: 'AllowanceWithdrawn', data: { allowanceId: 801, key: 'note', replacedBy, at: after(5) } }) as const;
    given(note)
      .when(grantOnly())
      .then(withdrawn(900), {
        type: 'AllowanceGranted',
        data: { allowanceId: 900, ...learner, key, value: '10', at: after(5) },
      });
    given(note, granted).when(grantOnly()).then(withdrawn(800));
    given(granted).when(grantOnly()).then();
  });

  it('of minutes has the same limit under its label', () => {
    const grantAs = (name: string, value: string) =>
      informed(new GrantAllowance(learner, { key: name, value, at: noon }, byLearner));
    for (const name of [key, 'Additional Time (minutes)']) {
      given()
        .when(grantAs(name, 'ten'))
        .thenRefused('allowance_value_not_allowed', 'allowance_value "ten" should be non-negative integer value.');
      given()
        .when(grantAs(name, '5256001'))
        .thenRefused('allowance_value_not_allowed', 'allowance_value should be at most 5256000 minutes.');
      given().when(grantAs(name, '5256000')).thenMatching({ type: 'AllowanceGranted' });
    }
    given().when(grantAs('review_policy_exception', 'ten')).thenMatching({ type: 'AllowanceGranted' });
  });

  it('at an inactive exam is refused with an empty text, as in the reference', () => {
    const inactive = { ...proctoredExam, exam: { ...proctoredExam.exam, isActive: false } };
    given()
      .when(informed(new GrantAllowance(learner, { key, value: '5', at: noon }, byLearner), inactive))
      .thenRefused('exam_not_active', '');
  });

  it('is independent of the learner’s other allowances: each is granted, changed, blanked and withdrawn by itself', () => {
    const note = { ...granted, data: { ...granted.data, allowanceId: 801, key: 'note', value: 'a desk' } };
    const both = given(note, granted);
    both.when(grant('10')).then();
    both.when(grant('11')).thenMatching({ type: 'AllowanceChanged', data: { allowanceId: 800, key } });
    const minutes = (events: ReturnType<typeof both.when>) => additionalMinutesOf(events.state().allowances);
    expect(minutes(both.when(grant('11')))).toBe(11);
    const withdraw = both.when(informed(new WithdrawAllowance(learner, { key, at: noon }, byLearner)));
    expect(withdraw.state().allowances).toEqual([{ allowanceId: 801, key: 'note', value: 'a desk', sealed: null }]);
    const blanked = { type: 'AllowanceBlanked', data: { allowanceId: 801, key: 'note', at: noon } } as const;
    expect(minutes(given(note, granted, blanked).when(grant('10')))).toBe(10);
    given(note, granted, blanked)
      .when(informed(new BlankAllowances(learner, { at: noon }, byLearner)))
      .then({ type: 'AllowanceBlanked', data: { allowanceId: 800, key, at: noon } });
  });

  it('that is encrypted changes when its cipher text does', () => {
    const sealed = {
      type: 'AllowanceGranted',
      data: { allowanceId: 801, ...learner, key: 'note', sealed: 'one', at: noon },
    } as const;
    const again = (kept: { sealed: string }) => {
      const command = informed(new GrantAllowance(learner, { key: 'note', value: 'a desk', at: noon }, byLearner));
      command.allowance = { id: 900, kept };
      return given(sealed).when(command);
    };
    again({ sealed: 'one' }).then();
    again({ sealed: 'two' }).thenMatching({ type: 'AllowanceChanged', data: { allowanceId: 801, sealed: 'two' } });
  });

  it('that is missing or unreadable gives no minutes', () => {
    const allowance = { allowanceId: 1, key, sealed: null };
    expect(additionalMinutesOf([])).toBe(0);
    expect([null, '', 'ten', '12'].map((value) => additionalMinutesOf([{ ...allowance, value }]))).toEqual([
      0, 0, 0, 12,
    ]);
    expect(additionalMinutesOf([{ ...allowance, key: 'note', value: '12' }])).toBe(0);
  });
});
