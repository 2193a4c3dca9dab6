import { Option } from 'nest-commander';
import type { Database } from '#connections';
import type { Dependencies } from '#delivery';
import { instantOf, isLongerThan, isStorable, limits, type Origin } from '#domain';
import type { StoreOptions } from '#event-store';
import { traceHeaders } from '#providers';
import { withCommands } from '../dependencies.js';
import { OperatorAccess, osUser } from './operator-access.js';
import { StrictCommand, UsageError } from './strict.command.js';
import { runTasks, type Task } from './tasks.js';

export type OperatorOptions = { dryRun?: boolean; json?: boolean; operator?: string };

/** An id from the command line. @throws BadUse */
export const idOf = (name: string, text = ''): number => {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new UsageError(`${name} must be a whole number above 0, not "${text}".`);
  return Number(text);
};

/** A name from the command line. @throws BadUse */
export const nameOf = (option: string, text: string): string => {
  if (text.trim() !== '' && isStorable(text) && !isLongerThan(limits.name, text)) return text;
  throw new UsageError(`${option} must have 1 to ${limits.name} characters.`);
};

/** A time from the command line, as ISO 8601 in UTC. @throws BadUse */
export const timeOf = (name: string, text: string): string => {
  // A day is its first moment; without an offset it is UTC.
  const whole = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00` : text;
  const instant = instantOf(whole) ?? instantOf(`${whole}Z`);
  if (!instant) throw new UsageError(`${name} must be an ISO 8601 time of a day that exists, not "${text}".`);
  return instant;
};

/** A command of operators: all take the same options, report in the same way, and end with the same codes. */
export abstract class OperatorCommand extends StrictCommand {
  @Option({ flags: '--dry-run', description: 'say what would be done, and do nothing' })
  dryRun() {
    return true;
  }

  @Option({ flags: '--json', description: 'one line of JSON for each thing' })
  json() {
    return true;
  }

  @Option({ flags: '--operator <name>', description: 'who runs this, for the log; else the user of the system' })
  operator(name: string) {
    return nameOf('--operator', name);
  }

  private access?: OperatorAccess;

  /** Like the function of this name. First it records who runs which command. Events name this run as their request. */
  protected withCommands<T>(
    options: OperatorOptions,
    work: (deps: Dependencies) => Promise<T>,
    about: object = {},
    store?: StoreOptions,
  ): Promise<T> {
    return withCommands((deps) => this.recorded(deps.database, options, () => work(deps), about), store);
  }

  /** Without `about` the beginning is not recorded. */
  protected async recorded<T>(
    database: Database,
    { operator }: OperatorOptions,
    work: () => Promise<T>,
    about?: object,
  ): Promise<T> {
    const name = ['ops', this.command.name(), this.command.args[0]].filter((word) => /^[a-z-]+$/.test(word ?? ''));
    this.access = new OperatorAccess(database, name.join(' '), operator);
    if (about) await this.access.record('begun', about);
    return traceHeaders.run({ 'X-Request-Id': this.access.requestId }, work);
  }

  /** Exit code 1 when a task failed. */
  protected async runTasks(options: OperatorOptions, tasks: readonly Task[]): Promise<void> {
    const recording = tasks.map((task): Task => {
      const work: Task['work'] = async (advance) => {
        const done = await task.work(advance).catch(async (error) => {
          await this.access?.record('failed', task.about).catch(() => {}); // the task's own error says more
          throw error;
        });
        await this.access?.record(options.dryRun ? 'dry run' : 'done', task.about);
        return done;
      };
      return { ...task, work };
    });
    if ((await runTasks(recording, options)) > 0) process.exitCode = 1;
  }

  /** Tasks that write events. Each event says who ran the command; a dry run prints the events and does not write them. */
  protected write(
    options: OperatorOptions,
    tasksOf: (deps: Dependencies, origin: Origin) => Promise<Task[]>,
  ): Promise<void> {
    const { dryRun = false, operator = osUser() } = options;
    const events: string[] = [];
    const onAppend: StoreOptions['onAppend'] = (appended) => events.push(...appended.map(({ type }) => type));
    const runAll = async (deps: Dependencies) => {
      const tasks = await tasksOf(deps, { actor: { kind: 'operator', name: operator } });
      const reporting = tasks.map((task): Task => {
        const work: Task['work'] = async (advance) => {
          events.length = 0;
          const outcome = await task.work(advance);
          return { events: [...events], ...outcome };
        };
        return { ...task, work };
      });
      await this.runTasks(options, reporting);
    };
    return this.withCommands(options, runAll, {}, { dryRun, onAppend });
  }
}
