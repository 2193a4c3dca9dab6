import { setTimeout as pause } from 'node:timers/promises';
import { ExamHall } from './exam-hall.js';

const signalAll = (pids: number[], signal: 'SIGSTOP' | 'SIGCONT') => {
  for (const pid of pids)
    try {
      process.kill(pid, signal);
    } catch {
      // The process has ended already.
    }
};

/** The kinds of outages. Each makes the database unavailable for some seconds. */
const faults: Record<string, (hall: ExamHall, seconds: number) => Promise<void>> = {
  async 'connections are terminated'({ database }, seconds) {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(300))
      await database.query(`select pg_terminate_backend(pid) from pg_stat_activity
        where backend_type = 'client backend' and application_name <> 'test'`);
  },
  async 'the network is silent'({ wire }, seconds) {
    wire.mode = 'silent';
    await pause(seconds * 1000);
    wire.mode = 'up';
  },
  async 'the database refuses connections'({ wire }, seconds) {
    wire.down();
    await pause(seconds * 1000);
    wire.mode = 'up';
  },
  async 'the server processes are frozen'(hall, seconds) {
    const pids = await hall.backends();
    signalAll(pids, 'SIGSTOP');
    await pause(seconds * 1000);
    signalAll(pids, 'SIGCONT');
  },
  async 'the whole server is frozen'(hall, seconds) {
    const pids = [await hall.postmaster(), ...(await hall.backends())];
    signalAll(pids, 'SIGSTOP');
    await pause(seconds * 1000);
    signalAll(pids, 'SIGCONT');
  },
};

/** Learners take an exam during all kinds of outages, each for all `lengths` in seconds. */
export async function sitThroughOutages(lengths: readonly number[]): Promise<void> {
  const total = lengths.reduce((sum, each) => sum + each, 0) * Object.keys(faults).length;
  const hall = await ExamHall.open(Math.ceil(100 + total * 10));
  const end = new AbortController();
  try {
    const running = hall.pollAndSubmit(end.signal);
    await pause(1000);
    for (const seconds of lengths)
      for (const [name, happen] of Object.entries(faults)) {
        await happen(hall, seconds);
        const back = await Promise.all([
          hall.secondsUntil(() => hall.poll()),
          hall.secondsUntil(() => hall.submit()),
          hall.secondsUntil(async () => (await hall.ask(undefined, 'GET', '/health/ready')).status === 200),
        ]);
        console.info(
          `${seconds} s: ${name}; poll, submit and ready after ${back.map((each) => each.toFixed(2)).join(', ')} s`,
        );
        hall.late.push(...back.filter((each) => each > 2).map((each) => `${name}, ${seconds} s: ${each} s`));
        await pause(1500);
      }
    end.abort();
    await running;
    console.info(hall.counts, `slowest ${hall.slowest.seconds.toFixed(2)} s: ${hall.slowest.request}`);
    if (!hall.child.isAlive) throw new Error(`The service has ended: ${hall.child.lastLines()}`);
    expect(hall.wrong).toEqual([]);
    expect(hall.late).toEqual([]);
    expect(hall.slowest.seconds).toBeLessThan(10);
    expect(hall.acknowledged.length).toBeGreaterThan(20);
    expect(await hall.lost()).toEqual([]);
  } finally {
    end.abort();
    await hall.close();
  }
}
