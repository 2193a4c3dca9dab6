import { userInfo } from 'node:os';
import { SingleBar } from 'cli-progress';
import { Option } from 'nest-commander';
import type { Surroundings } from '#delivery';
import type { Origin } from '#domain';
import type { EventStore } from '#event-store';
import { withCommands } from '../surroundings.js';
import { BadUse, StrictCommand } from './strict.command.js';

export type OperatorOptions = { dryRun?: boolean; json?: boolean; operator?: string };

/** One thing to do, and whom it is about. `work` may answer what else is to be told. */
export type Task = { about: Record<string, unknown>; work: () => Promise<unknown> };

/** An id from the command line. @throws BadUse */
export const idOf = (option: string, text: string): number => {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new BadUse(`--${option} must be a whole number above 0, not "${text}".`);
  return Number(text);
};

/** A command that changes what is in the log. Every event says who ran it. */
export abstract class OperatorCommand extends StrictCommand {
  @Option({ flags: '--dry-run', description: 'say what would be done, and do nothing' })
  dryRun() {
    return true;
  }

  @Option({ flags: '--json', description: 'one line of JSON for each thing done' })
  json() {
    return true;
  }

  @Option({ flags: '--operator <name>', description: 'who runs this, for the log; else the user of the system' })
  operator(name: string) {
    if (name.trim() === '') throw new BadUse('--operator must be a name.');
    return name;
  }

  /** Does one task after the other, and goes on after failures. Exit code 1 when there were some. */
  protected operate(
    { dryRun = false, json = false, operator = userInfo().username }: OperatorOptions,
    tasksOf: (around: Surroundings, origin: Origin) => Promise<Task[]>,
  ): Promise<void> {
    return withCommands(async (around) => {
      const events = watched(around.events, dryRun);
      const tasks = await tasksOf(around, { actor: { kind: 'operator', name: operator } });
      const bar = process.stdout.isTTY && !json ? new SingleBar({ format: '{bar} {value}/{total}' }) : undefined;
      const lines: string[] = [];
      const tell = (line: string) => (bar ? lines.push(line) : console.log(line));
      bar?.start(tasks.length, 0);
      let failed = 0;
      for (const { about, work } of tasks) {
        events.length = 0;
        let result: object;
        try {
          const told = (await work()) as object | undefined;
          result = { events: [...events], ...told };
        } catch (error) {
          failed++;
          result = { error: (error as Error).message };
        }
        tell(json ? JSON.stringify({ ...about, ...result, dryRun }) : sentence(about, result, dryRun));
        bar?.increment();
      }
      bar?.stop();
      for (const line of lines) console.log(line);
      if (!json) console.log(`${tasks.length - failed} done${dryRun ? ' (dry run)' : ''}, ${failed} failed`);
      if (failed > 0) process.exitCode = 1;
    });
  }
}

/** The types of the events that are appended from now on; in a dry run those that would be, while nothing is written. */
function watched(store: EventStore, dryRun: boolean): string[] {
  const types: string[] = [];
  const append = store.append.bind(store);
  store.append = async (appends, kept) => {
    types.push(...appends.flatMap(({ events }) => events.map(({ type }) => type)));
    return dryRun ? [] : append(appends, kept);
  };
  return types;
}

function sentence(about: Record<string, unknown>, result: { events?: string[]; error?: string }, dryRun: boolean) {
  const whom = Object.entries(about).map(([name, value]) => `${name} ${value}`);
  const what = result.error ?? (result.events?.join(', ') || 'nothing to do');
  return `${whom.join(', ')}: ${dryRun && !result.error ? 'would be ' : ''}${result.error ? 'failed: ' : ''}${what}`;
}
