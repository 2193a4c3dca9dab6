import type { Writable } from 'node:stream';
import { SingleBar } from 'cli-progress';

/**
 * One thing to do, and whom it is about. `work` answers what there is to tell, and throws where it failed. If it has
 * many `steps`, it says how many are done.
 */
export type Task = {
  about: object;
  steps?: number;
  work: (advance: (steps: number) => void) => Promise<object>;
};

export type OutputOptions = { dryRun?: boolean; json?: boolean };

type Output = Writable & { isTTY?: boolean };

/**
 * Does one task after the other, and goes on after failures; answers how many there were. One line tells of each task:
 * JSON, or a sentence for people. On a terminal people see a bar.
 */
export async function runTasks(
  tasks: readonly Task[],
  { dryRun = false, json = false }: OutputOptions,
  { out = process.stdout, bars = process.stderr }: { out?: Output; bars?: Output } = {},
): Promise<number> {
  const print = (line: string) => out.write(`${line}\n`);
  const bar = bars.isTTY && !json ? new SingleBar({ format: '{bar} {value}/{total}', stream: bars as any }) : undefined;
  const held: string[] = []; // lines between two states of a bar would break it
  const tell = bar && out.isTTY ? (line: string) => held.push(line) : print;
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
    tell(json ? JSON.stringify({ ...about, ...result, dryRun }) : `${sentence(about)}: ${sentence(result)}`);
  }
  bar?.stop();
  held.forEach(print);
  if (!json) print(`${tasks.length - failed} done${dryRun ? ' (dry run)' : ''}, ${failed} failed`);
  return failed;
}

/** One line for each row: JSON, or for people. */
export function list(rows: readonly object[], { json }: OutputOptions): void {
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
