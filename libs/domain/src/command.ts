import type { Facts } from './exams/exam.facts.js';
import type { Origin } from './origin.js';

/**
 * A request about one learner at one exam. `at` is the time of the request. The handler adds `facts`, and the other fields
 * that a command declares beside its data, before the decision.
 */
export abstract class LearnerAtExamCommand<Data extends object = object> {
  abstract readonly type: string;
  facts: Facts;
  readonly learner: { examId: number; userId: number };

  constructor(
    { examId, userId }: { examId: number; userId: number },
    readonly data: Data & { at: string },
    readonly origin: Origin,
  ) {
    this.learner = { examId, userId };
  }
}

/** A command with a person's own words. The handler encrypts them with the learner key, as `sealed`. */
export abstract class CommandWithWords<Data extends object = object> extends LearnerAtExamCommand<
  Data & { attemptId: number }
> {
  sealed: string;
  abstract readonly words: { field: 'reason' | 'message'; text: string };
}

export abstract class CommandWithReason<Data extends object = object> extends CommandWithWords<
  Data & { reason: string }
> {
  get words() {
    return { field: 'reason', text: this.data.reason } as const;
  }
}
