import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Requests of one kind that come at a fixed rate, whether the ones before are answered or not. */
export type Arrivals = { name: string; perSecond: number; texts: string[] };

/** `latencies`: seconds from when a request was due until it was answered 200. `refused`: with 503. `lost`: without an answer. */
export type KindReport = {
  latencies: number[];
  refused: number;
  withoutRetryAfter: number;
  lost: number;
  wrong: string[];
};
export type OpenLoopReport = Record<string, KindReport>;

/** Sends all arrivals from a process of its own. Throws when an answer is neither 200 nor 503. */
export async function arrive(port: number, arrivals: Arrivals[]): Promise<OpenLoopReport> {
  const client = fork(fileURLToPath(new URL('open-loop.client.js', import.meta.url)));
  try {
    client.send({ port, arrivals });
    const [report] = (await Promise.race([once(client, 'message'), once(client, 'exit')])) as [OpenLoopReport];
    if (typeof report !== 'object' || report === null) throw new Error('The client of the benchmark ended.');
    const wrong = Object.values(report).flatMap((kind) => kind.wrong);
    if (wrong.length > 0) throw new Error(`${wrong.length} answers are wrong, such as:\n${wrong[0]}`);
    return report;
  } finally {
    client.kill();
  }
}
