import { CommandWithReason } from '../command.js';
import type { Judgement } from './judgement.js';

/** The learner asks another person to look at a rejected attempt. The handler finds `judgement` in the stream. */
export class MakeAppeal extends CommandWithReason {
  readonly type = 'MakeAppeal';
  judgement: Judgement | undefined;
}

export class AnswerAppeal extends CommandWithReason<{ isUpheld: boolean; answeredBy: number }> {
  readonly type = 'AnswerAppeal';
  judgement: Judgement | undefined;
}

export type AppealCommand = MakeAppeal | AnswerAppeal;
