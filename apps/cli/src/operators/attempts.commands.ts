import type { CommandBus } from '@nestjs/cqrs';
import { Command, Option } from 'nest-commander';
import {
  type AnyLearnerAtExamCommand,
  completedStatuses,
  incompleteStatuses,
  ReapplyReview,
  RemoveAllAttempts,
  SetAttemptStatus,
  type Status,
} from '#domain';
import {
  type AttemptRecord,
  attemptById,
  attemptsAt,
  attemptsOfExam,
  examById,
  reviewedAttempts,
  reviewsOfNoAttempt,
} from '#read-models';
import { idOf, OperatorCommand, type OperatorOptions, timeOf } from './operator.command.js';
import { UsageError } from './strict.command.js';
import { printRows, type Task } from './tasks.js';

const valid: readonly string[] = [...completedStatuses, ...incompleteStatuses];

@Command({
  name: 'reset-attempts',
  description: 'Remove all attempts of a learner at an exam, so that the learner can begin again',
})
export class ResetAttemptsCommand extends OperatorCommand {
  run(_: string[], { exam, user, ...options }: OperatorOptions & { exam: number; user: number }) {
    return this.write(options, async ({ database, commands, clock }, origin) => {
      const attempts = await attemptsAt(database, exam, user);
      const reset = async () => {
        if (attempts.length === 0) throw new Error('There are no attempts.');
        await commands.execute(new RemoveAllAttempts({ examId: exam, userId: user }, { at: clock.now() }, origin));
        return {};
      };
      return [{ about: { exam, user, attempts: attempts.map(({ id }) => id) }, work: reset }];
    });
  }

  @Option({ flags: '--exam <id>', required: true, description: 'the exam' })
  exam(text: string) {
    return idOf('--exam', text);
  }

  @Option({ flags: '--user <id>', required: true, description: 'the learner' })
  user(text: string) {
    return idOf('--user', text);
  }
}

@Command({ name: 'set-attempt-status', description: 'Set the status of an attempt, with all consequences' })
export class SetAttemptStatusCommand extends OperatorCommand {
  run(_: string[], { attempt: id, to, ...options }: OperatorOptions & { attempt: number; to: Status }) {
    return this.write(options, async ({ database, commands, clock }, origin) => {
      const work = async () => {
        const attempt = await attemptById(database, id);
        if (!attempt) throw new Error(`There is no attempt ${id}.`);
        await commands.execute(new SetAttemptStatus(attempt, { attemptId: id, status: to, at: clock.now() }, origin));
        return {};
      };
      return [{ about: { attempt: id, to }, work }];
    });
  }

  @Option({ flags: '-a, --attempt <id>', required: true, description: 'the attempt' })
  attempt(text: string) {
    return idOf('--attempt', text);
  }

  @Option({ flags: '-t, --to <status>', required: true, description: valid.join(', ') })
  to(text: string) {
    if (!valid.includes(text)) throw new UsageError(`--to must be one of ${valid.join(', ')}, not "${text}".`);
    return text;
  }
}

/** A task for each attempt, which executes the command that `make` answers. */
const forEach = (
  attempts: readonly AttemptRecord[],
  commands: CommandBus,
  make: (attempt: AttemptRecord) => AnyLearnerAtExamCommand,
): Task[] =>
  attempts.map((attempt) => ({
    about: { attempt: attempt.id, status: attempt.status },
    work: async () => {
      await commands.execute(make(attempt));
      return {};
    },
  }));

@Command({
  name: 'update-attempts-for-exam',
  description: 'Set the present status of each attempt at an exam again, so that all consequences happen again',
})
export class UpdateAttemptsForExamCommand extends OperatorCommand {
  run(_: string[], { exam, ...options }: OperatorOptions & { exam: number }) {
    return this.write(options, async ({ database, commands, clock }, origin) => {
      if (!(await examById(database, exam))) throw new UsageError(`There is no exam ${exam}.`);
      return forEach(
        await attemptsOfExam(database, exam),
        commands,
        (attempt) =>
          new SetAttemptStatus(attempt, { attemptId: attempt.id, status: attempt.status, at: clock.now() }, origin),
      );
    });
  }

  @Option({ flags: '--exam <id>', required: true, description: 'the exam' })
  exam(text: string) {
    return idOf('--exam', text);
  }
}

@Command({
  name: 'update-status-from-review',
  description: 'Judge the reviews of a period again, with the present settings',
})
export class UpdateStatusFromReviewCommand extends OperatorCommand {
  run(_: string[], { from, until, ...options }: OperatorOptions & { from: string; until: string }) {
    return this.write(options, async ({ database, commands, clock }, origin) =>
      forEach(
        await reviewedAttempts(database, from, until),
        commands,
        (attempt) => new ReapplyReview(attempt, { attemptId: attempt.id, at: clock.now() }, origin),
      ),
    );
  }

  @Option({ flags: '--from <time>', required: true, description: 'the beginning of the period: an ISO 8601 time' })
  from(text: string) {
    return timeOf('--from', text);
  }

  @Option({ flags: '--until <time>', required: true, description: 'the end of the period' })
  until(text: string) {
    return timeOf('--until', text);
  }
}

@Command({
  name: 'set-is-attempt-active',
  description:
    'List the reviews whose attempt was removed. There is no flag to set: the log knows which attempts exist',
})
export class SetIsAttemptActiveCommand extends OperatorCommand {
  run(_: string[], options: OperatorOptions) {
    return this.withCommands(options, async ({ database }) => printRows(await reviewsOfNoAttempt(database), options));
  }
}
