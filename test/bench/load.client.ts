import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Plan, Report, Request } from './load.js';

// It shares the machine with the servers that it loads, so it does no more than keep connections alive, and cut and check answers.
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
      const ask = asking(socket);
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
type Answer = { status: number; body: string };

/** Sends one request after the other over a connection; a connection that ends answers status 0. */
function asking(socket: Socket): (request: Buffer) => Promise<Answer> {
  let received: Buffer = Buffer.alloc(0);
  let answered: (answer: Answer) => void = () => {};
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const head = received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const lines = received.toString('latin1', 0, head);
    const length = /\r\ncontent-length: *(\d+)/i.exec(lines);
    if (!length) return answered({ status: 0, body: lines });
    const end = head + 4 + Number(length[1]);
    if (received.length < end) return;
    const body = received.toString('utf8', head + 4, end);
    received = Buffer.alloc(0);
    answered({ status: Number(lines.slice(9, 12)), body });
  });
  const ended = (why: unknown) => answered({ status: 0, body: `The connection ended: ${why}` });
  socket.on('error', ended).on('close', ended);
  return (request) =>
    new Promise((resolve) => {
      answered = resolve;
      socket.write(request);
    });
}

/** Explains what is wrong with an answer. One that is, byte by byte, what was right before is right. */
function check({ status, body }: Answer, request: Checked, keep?: (body: unknown) => void): string | undefined {
  const { text, expected, right } = request;
  if (status === 200 && body === right && !keep) return undefined;
  const explanation = () => `${text}\n→ ${status} ${body.slice(0, 1000)}\nexpected ${JSON.stringify(expected)}`;
  if (status !== 200) return explanation();
  const parsed = JSON.parse(body);
  keep?.(parsed);
  if (!holds(parsed, expected)) return explanation();
  request.right = body;
  return undefined;
}

function holds(actual: any, expected: any): boolean {
  if (typeof expected !== 'object' || expected === null) return actual === expected;
  return (
    typeof actual === 'object' &&
    actual !== null &&
    Object.keys(expected).every((key) => holds(actual[key], expected[key]))
  );
}
