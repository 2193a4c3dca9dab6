import { LearnerAtExamCommand } from '../command.js';

export class GrantAllowance extends LearnerAtExamCommand<{ key: string; value: string }> {
  readonly type = 'GrantAllowance';
  /** The id for a new allowance, and the value as it is kept: plain, or sealed with the learner's key. */
  allowance: { id: number; kept: { value: string } | { sealed: string } };
}

export class WithdrawAllowance extends LearnerAtExamCommand<{ key: string }> {
  readonly type = 'WithdrawAllowance';
}

/** The values of the learner's allowances are removed, the allowances stay (retirement, domain.md §10.8). */
export class BlankAllowances extends LearnerAtExamCommand {
  readonly type = 'BlankAllowances';
}

export type AllowanceCommand = GrantAllowance | WithdrawAllowance | BlankAllowances;
