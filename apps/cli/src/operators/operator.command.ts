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

/** An id from the command line. @throws UsageError */
export const idOf = (name: string, text = ''): number => {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new UsageError(`${name} must be a whole number above 0, not "${text}".`);
  return Number(text);
};

/** A name from the command line. @throws UsageError */
export const nameOf = (option: string, text: string): string => {
  if (text.trim() !== '' && isStorable(text) && !isLongerThan(limits.name, text)) return text;
  throw new UsageError(`${option} must have 1 to ${limits.name} characters.`);
};

/** A time from the command line, as ISO 8601 in UTC. @throws UsageError */
export const timeOf = (name: string, text: string): string => {
  // A day without a time begins at 00:00. A time without an offset is UTC.
  const whole = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00` : text;
  const instant = instantOf(whole) ?? instantOf(`${whole}Z`);
  if (!instant) throw new UsageError(`${name} must be an ISO 8601 time of a day that exists, not "${text}".`);
  return instant;
};

/** A command of operators. All have the same options, output and exit codes. */
export abstract class OperatorCommand extends StrictCommand {
  @Option({ flags: '--dry-run', description: 'print what would be done, and change nothing' })
  dryRun() {
    return true;
  }

  @Option({ flags: '--json', description: 'print one line of JSON for each task or row' })
  json() {
    return true;
  }

  @Option({ flags: '--operator <name>', description: 'your name for the log; by default the user of the system' })
  operator(name: string) {
    return nameOf('--operator', name);
  }

  private access?: OperatorAccess;

  /** Like the function of this name. Before, it records the command and the operator. Events name this run as their request. */
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

  /** Records that the command is about to decrypt texts of a learner. */
  protected async recordDisclosure(userId: number): Promise<void> {
    await this.access?.record('begun', { user: userId, 'learner-key': userId });
  }

  /** Sets exit code 1 if a task failed. */
  protected async runTasks(options: OperatorOptions, tasks: readonly Task[]): Promise<void> {
    const recordedTasks = tasks.map((task): Task => {
      const work: Task['work'] = async (advance) => {
        const done = await task.work(advance).catch(async (error) => {
          await this.access?.record('failed', task.about).catch(() => {}); // the error of the task is more important
          throw error;
        });
        await this.access?.record(options.dryRun ? 'dry run' : 'done', task.about);
        return done;
      };
      return { ...task, work };
    });
    if ((await runTasks(recordedTasks, options)) > 0) process.exitCode = 1;
  }

  /** Runs tasks that write events. Each event names the operator. A dry run prints the events and does not write them. */
  protected write(
    options: OperatorOptions,
    tasksOf: (deps: Dependencies, origin: Origin) => Promise<Task[]>,
  ): Promise<void> {
    const { dryRun = false, operator = osUser() } = options;
    const events: string[] = [];
    const onAppend: StoreOptions['onAppend'] = (appended) => events.push(...appended.map(({ type }) => type));
    const runAll = async (deps: Dependencies) => {
      const tasks = await tasksOf(deps, { actor: { kind: 'operator', name: operator } });
      const tasksWithEvents = tasks.map((task): Task => {
        const work: Task['work'] = async (advance) => {
          events.length = 0;
          const outcome = await task.work(advance);
          return { events: [...events], ...outcome };
        };
        return { ...task, work };
      });
      await this.runTasks(options, tasksWithEvents);
    };
    return this.withCommands(options, runAll, {}, { dryRun, onAppend });
  }
}
