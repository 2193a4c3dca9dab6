import { Command, Option } from 'nest-commander';
import { type OtherPolicy, whatIf } from '#audit';
import { openReadOnlyPool } from '#connections';
import type { Dependencies } from '#delivery';
import { limits, reviewStatusOf } from '#domain';
import { isOutputClosed } from '../output.js';
import { idOf, nameOf, OperatorCommand, type OperatorOptions } from './operator.command.js';
import { UsageError } from './strict.command.js';
import { printRows } from './tasks.js';

type Options = OperatorOptions & {
  course: string;
  secondReview?: boolean;
  passing?: OtherPolicy['passingStatuses'];
  limitMinutes?: number;
  timedOut?: boolean;
};

const reviewStatuses: readonly string[] = Object.values(reviewStatusOf);

@Command({
  name: 'what-if',
  description: 'Print the attempts of a course that would be different now under another policy. Changes nothing',
})
export class WhatIfCommand extends OperatorCommand {
  run(_: string[], { course, secondReview, passing, limitMinutes, timedOut, ...options }: Options) {
    const policy: OtherPolicy = {
      requiresSecondReview: secondReview,
      passingStatuses: passing,
      timeLimitMins: limitMinutes,
      keepsTimedOutState: timedOut,
    };
    if (Object.values(policy).every((rule) => rule === undefined))
      throw new UsageError('Give a rule: --second-review, --passing, --limit-minutes or --timed-out.');
    const print = async ({ database, configuration, clock }: Dependencies) => {
      const readOnly = openReadOnlyPool(database, 1);
      try {
        for await (const rows of whatIf(readOnly, configuration, course, policy, { at: clock.now() })) {
          if (isOutputClosed()) return;
          printRows(
            rows.map(({ cursor: _, ...row }) => row),
            options,
          );
        }
      } finally {
        await readOnly.end();
      }
    };
    return this.withCommands(options, print, { course });
  }

  @Option({ flags: '--course <id>', required: true, description: 'the course' })
  course(text: string) {
    return nameOf('--course', text);
  }

  @Option({ flags: '--second-review <on|off>', description: 'whether a rejection needs a second review' })
  secondReview(text: string) {
    return switchOf('--second-review', text);
  }

  @Option({ flags: '--passing <statuses>', description: `verify these, with commas: ${reviewStatuses.join(', ')}` })
  passing(text: string) {
    const statuses = text.split(',').filter((status) => status !== '');
    if (statuses.every((status) => reviewStatuses.includes(status))) return statuses;
    throw new UsageError(`--passing must be a list of ${reviewStatuses.join(', ')}, not "${text}".`);
  }

  @Option({ flags: '--limit-minutes <number>', description: 'the time limit of all exams' })
  limitMinutes(text: string) {
    const minutes = idOf('--limit-minutes', text);
    if (minutes <= limits.minutes) return minutes;
    throw new UsageError(`--limit-minutes must be at most ${limits.minutes}.`);
  }

  @Option({ flags: '--timed-out <on|off>', description: 'whether an attempt whose time is over stays timed_out' })
  timedOut(text: string) {
    return switchOf('--timed-out', text);
  }
}

function switchOf(option: string, text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw new UsageError(`${option} must be on or off, not "${text}".`);
}
