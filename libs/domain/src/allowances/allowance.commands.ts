import { LearnerAtExamCommand } from '../command.js';

/**
 * `isOnly`: the learner's allowances with other keys at this exam are withdrawn. `inactiveToo`: also at an exam that is not
 * active. Staff see these allowances on the surface of edx-exams.
 */
export class GrantAllowance extends LearnerAtExamCommand<{
  key: string;
  value: string;
  isOnly?: boolean;
  inactiveToo?: true;
}> {
  readonly type = 'GrantAllowance';
  /** The id for a new allowance, and the value for the log: plain, or encrypted with the learner key. */
  allowance: { id: number; kept: { value: string } | { sealed: string } };
}

export class WithdrawAllowance extends LearnerAtExamCommand<{ key: string }> {
  readonly type = 'WithdrawAllowance';
}

/** Removes the values of the learner's allowances; the allowances stay (retirement, domain.md §10.8). */
export class BlankAllowances extends LearnerAtExamCommand {
  readonly type = 'BlankAllowances';
}

export type AllowanceCommand = GrantAllowance | WithdrawAllowance | BlankAllowances;
