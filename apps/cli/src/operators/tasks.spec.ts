import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type OutputOptions, runTasks, type Task } from './tasks.js';

/** The output of tasks, on a terminal or not. */
async function seen(tasks: readonly Task[], manner: OutputOptions, { outIsTTY = false, barsAreTTY = false } = {}) {
  const out = Object.assign(new PassThrough(), { isTTY: outIsTTY });
  const bars = Object.assign(new PassThrough(), { isTTY: barsAreTTY, columns: 80 });
  const failed = await runTasks(tasks, manner, { out, bars });
  out.end();
  bars.end();
  return { failed, out: await text(out), bars: await text(bars) };
}

const done = (attempt: number): Task => ({ about: { attempt }, work: async () => ({ events: ['AttemptVerified'] }) });
const refused: Task = { about: { attempt: 2 }, work: () => Promise.reject(new Error('It cannot.')) };
const onATerminal = { outIsTTY: true, barsAreTTY: true };

it('prints a line for each task, goes on after a failure, and counts', async () => {
  expect(await seen([done(1), refused, done(3)], {})).toEqual({
    failed: 1,
    out: 'attempt 1: events AttemptVerified\nattempt 2: error It cannot.\nattempt 3: events AttemptVerified\n2 done, 1 failed\n',
    bars: '',
  });
});

it('prints JSON for programs, a line for each task, and no bar', async () => {
  const { out, bars } = await seen([done(1), refused], { json: true, dryRun: true }, onATerminal);
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { attempt: 1, events: ['AttemptVerified'], dryRun: true },
    { attempt: 2, error: 'It cannot.', dryRun: true },
  ]);
  expect(bars).toBe('');
});

it('shows a bar on a terminal, and prints the lines when the bar is complete', async () => {
  const held: string[] = [];
  const out = Object.assign(new PassThrough(), { isTTY: true });
  const bars = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  out.on('data', (line) => held.push(String(line)));
  const whole = text(bars);
  const waits: Task = { about: { attempt: 2 }, work: async () => ({ heldBack: held.length === 0 }) };
  await runTasks([done(1), waits], {}, { out, bars });
  bars.end();
  const drawn = await whole;
  expect(drawn).toMatch(/-{40} 0\/2/);
  expect(drawn).toMatch(/={40} 2\/2/);
  expect(held.join('')).toContain('heldBack true');
});

it('counts the steps of a long task', async () => {
  const long: Task = {
    about: { table: 'attempts' },
    steps: 5000,
    async work(advance) {
      for (let batch = 0; batch < 5; batch++) advance(1000);
      return { rows: 7 };
    },
  };
  const { bars, out } = await seen([long], {}, { barsAreTTY: true });
  expect(bars).toContain('5000/5000');
  expect(out).toBe('table attempts: rows 7\n1 done, 0 failed\n');
});
