import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, asking } from './connection.js';
import type { Arrivals, KindReport, OpenLoopReport } from './open-loop.js';

process.on('message', async ({ port, arrivals }: { port: number; arrivals: Arrivals[] }) =>
  process.send!(await run(port, arrivals)),
);
process.on('disconnect', () => process.exit());

type Ask = ReturnType<typeof asking>;

/** As many as learners' browsers and proxies would have for one kind of request. */
const mostConnections = 1_000;

/** Sends over an idle connection, else over a new one. */
function connectionsTo(port: number) {
  const free: Ask[] = [];
  const waiting: (() => void)[] = [];
  let used = 0;
  const open = async () => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return asking(socket);
  };
  return async (text: string): Promise<Answer> => {
    if (used === mostConnections) await new Promise<void>((resolve) => waiting.push(resolve));
    else used++;
    try {
      const ask = free.pop() ?? (await open());
      const answer = await ask(Buffer.from(text));
      if (answer.status > 0) free.push(ask);
      return answer;
    } catch (error) {
      return { status: 0, head: '', body: String(error) };
    } finally {
      const next = waiting.shift();
      if (next) next();
      else used--;
    }
  };
}

async function run(port: number, arrivals: Arrivals[]): Promise<OpenLoopReport> {
  const begin = performance.now() + 100;
  const kinds = arrivals.map(async ({ name, perSecond, texts }) => {
    const send = connectionsTo(port);
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
