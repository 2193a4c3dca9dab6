import { once } from 'node:events';
import { connect } from 'node:net';
import { type Answer, requester } from './connection.js';
import type { Plan, Report, Request } from './load.js';

// It shares the machine with the servers under load, so it does little: it keeps connections alive and checks answers.
process.on('message', async (plan: Plan) => process.send!(await run(plan)));
process.on('disconnect', () => process.exit());

async function run({ port, seconds, connections, requests, repeats }: Plan): Promise<Report> {
  const report: Report = { requests: 0, seconds: 0, wrong: [], answers: [] };
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      await once(socket, 'connect');
      return socket;
    }),
  );
  const texts = requests.map(({ text }) => Buffer.from(text));
  const begin = performance.now();
  const end = begin + seconds * 1000;
  await Promise.all(
    sockets.map(async (socket, connection) => {
      const ask = requester(socket);
      let index = connection;
      for (let first = true; index < texts.length && performance.now() < end; report.requests++) {
        const wrong = check(
          await ask(texts[index]),
          requests[index],
          first ? (body) => (report.answers[index] = body) : undefined,
        );
        if (wrong) {
          report.wrong.push(wrong);
          return;
        }
        index += connections;
        if (index >= texts.length && repeats) [index, first] = [connection, false];
      }
    }),
  );
  report.seconds = (performance.now() - begin) / 1000;
  for (const socket of sockets) socket.destroy();
  return report;
}

type Checked = Request & { right?: string };
/** Explains what is wrong with an answer. An answer that equals an earlier right answer is right without parsing. */
function check({ status, body }: Answer, request: Checked, keep?: (body: unknown) => void): string | undefined {
  const { text, expected, right } = request;
  if (status === 200 && body === right && !keep) return undefined;
  const explanation = () => `${text}\n→ ${status} ${body.slice(0, 1000)}\nexpected ${JSON.stringify(expected)}`;
  if (status !== 200) return explanation();
  const parsed = JSON.parse(body);
  keep?.(parsed);
  if (!matches(parsed, expected)) return explanation();
  request.right = body;
  return undefined;
}

function matches(actual: any, expected: any): boolean {
  if (typeof expected !== 'object' || expected === null) return actual === expected;
  return (
    typeof actual === 'object' &&
    actual !== null &&
    Object.keys(expected).every((key) => matches(actual[key], expected[key]))
  );
}
