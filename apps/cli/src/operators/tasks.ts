import type { Writable } from 'node:stream';
import { SingleBar } from 'cli-progress';

/**
 * One task. `about` says what it is about. `work` answers the fields to print, or throws. If it has many `steps`, it calls
 * `advance` with the number that it has done.
 */
export type Task = {
  about: object;
  steps?: number;
  work: (advance: (steps: number) => void) => Promise<object>;
};

export type OutputOptions = { dryRun?: boolean; json?: boolean };

type Output = Writable & { isTTY?: boolean };

/**
 * Runs the tasks one after the other, even after failures. Answers the number of failures. Prints one line for each task:
 * JSON, or a sentence for people. On a terminal it also shows a progress bar.
 */
export async function runTasks(
  tasks: readonly Task[],
  { dryRun = false, json = false }: OutputOptions,
  { out = process.stdout, bars = process.stderr }: { out?: Output; bars?: Output } = {},
): Promise<number> {
  const print = (line: string) => out.write(`${line}\n`);
  const bar = bars.isTTY && !json ? new SingleBar({ format: '{bar} {value}/{total}', stream: bars as any }) : undefined;
  const delayed: string[] = []; // lines would break a bar that is not complete
  const report = bar && out.isTTY ? (line: string) => delayed.push(line) : print;
  bar?.start(
    tasks.reduce((sum, { steps = 1 }) => sum + steps, 0),
    0,
  );
  let failed = 0;
  for (const { about, steps, work } of tasks) {
    const result: object = await work((done) => bar?.increment(done)).catch((error: Error) => {
      failed++;
      return { error: error.message };
    });
    if (steps === undefined) bar?.increment();
    report(json ? JSON.stringify({ ...about, ...result, dryRun }) : `${sentence(about)}: ${sentence(result)}`);
  }
  bar?.stop();
  delayed.forEach(print);
  if (!json) print(`${tasks.length - failed} done${dryRun ? ' (dry run)' : ''}, ${failed} failed`);
  return failed;
}

/** Prints one line for each row: JSON, or a sentence for people. */
export function printRows(rows: readonly object[], { json }: OutputOptions): void {
  for (const row of rows) console.log(json ? JSON.stringify(row) : sentence(row));
}

const sentence = (fields: object) =>
  Object.entries(fields)
    .map(([name, value]) => `${name} ${shown(value)}`)
    .join(', ');

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.join(' ') || 'none';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
