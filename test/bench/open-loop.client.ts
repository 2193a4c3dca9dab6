import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, requester } from './connection.js';
import type { Arrivals, KindReport, OpenLoopReport } from './open-loop.js';

process.on('message', async ({ port, arrivals }: { port: number; arrivals: Arrivals[] }) =>
  process.send!(await run(port, arrivals)),
);
process.on('disconnect', () => process.exit());

type Ask = ReturnType<typeof requester>;

/** The connections for each kind of request, as a proxy keeps them. They are opened before the measurement begins. */
const connections = 1_000;
const openedAtOnce = 100;

async function connectionsTo(port: number) {
  const open = async () => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return requester(socket);
  };
  const free: Ask[] = [];
  while (free.length < connections) free.push(...(await Promise.all(Array.from({ length: openedAtOnce }, open))));
  const waiting: ((ask: Ask) => void)[] = [];
  return async (text: string): Promise<Answer> => {
    const ask = free.pop() ?? (await new Promise<Ask>((resolve) => waiting.push(resolve)));
    const answer = await ask(Buffer.from(text));
    const next = answer.status > 0 ? ask : await open();
    const first = waiting.shift();
    if (first) first(next);
    else free.push(next);
    return answer;
  };
}

async function run(port: number, arrivals: Arrivals[]): Promise<OpenLoopReport> {
  const senders = await Promise.all(arrivals.map(() => connectionsTo(port)));
  const begin = performance.now() + 100;
  const kinds = arrivals.map(async ({ name, perSecond, texts }, kind) => {
    const send = senders[kind];
    const sent: Promise<void>[] = [];
    const report: KindReport = { latencies: [], refused: 0, withoutRetryAfter: 0, lost: 0, wrong: [] };
    for (const [index, text] of texts.entries()) {
      const due = begin + (index * 1000) / perSecond;
      if (due > performance.now()) await pause(due - performance.now());
      const answered = send(text).then(({ status, head, body }) => {
        if (status === 200) report.latencies.push((performance.now() - due) / 1000);
        else if (status === 503) {
          report.refused++;
          if (!/\r\nretry-after: *\d+/i.test(head)) report.withoutRetryAfter++;
        } else if (status === 0) report.lost++;
        else report.wrong.push(`${status} ${body}`);
      });
      sent.push(answered);
    }
    await Promise.all(sent);
    return [name, report] as const;
  });
  return Object.fromEntries(await Promise.all(kinds));
}
