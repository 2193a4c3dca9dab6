import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Requests of one kind that come at a fixed rate, no matter whether earlier requests are answered. */
export type Arrivals = { name: string; perSecond: number; texts: string[] };

/** `latencies`: seconds from the time a request was due to its answer 200. `refused`: answered 503. `lost`: not answered. */
export type KindReport = {
  latencies: number[];
  refused: number;
  withoutRetryAfter: number;
  lost: number;
  wrong: string[];
};
export type OpenLoopReport = Record<string, KindReport>;

/** Sends all requests from a separate process. Throws if an answer is neither 200 nor 503. */
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
