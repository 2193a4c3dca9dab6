import { CommandWithReason } from '../command.js';
import type { Judgement } from './judgement.js';

/** The learner asks that another person looks at a rejected attempt. `judgement` is looked up in the history that decides. */
export class MakeAppeal extends CommandWithReason {
  readonly type = 'MakeAppeal';
  judgement: Judgement | undefined;
}

/** Staff answer an appeal. */
export class AnswerAppeal extends CommandWithReason<{ isUpheld: boolean; answeredBy: number }> {
  readonly type = 'AnswerAppeal';
  judgement: Judgement | undefined;
}

export type AppealCommand = MakeAppeal | AnswerAppeal;
