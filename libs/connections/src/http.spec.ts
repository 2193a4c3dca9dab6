import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { fetchWhole } from './index.js';

let server: Server;
const sockets = new Set<Socket>();
afterEach(() => {
  server.close();
  for (const socket of sockets) socket.destroy();
});

async function serve(answer: (socket: Socket) => void): Promise<string> {
  server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.once('data', () => answer(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';

it.each<[string, (socket: Socket) => void]>([
  ['never answers', () => {}],
  [
    'answers byte by byte',
    (socket) => {
      socket.write(head);
      const drops = setInterval(() => socket.write('1\r\n[\r\n'), 50);
      socket.on('close', () => clearInterval(drops));
    },
  ],
])('a request to a server that %s ends in time', async (_, answer) => {
  const begin = performance.now();
  const failure = await fetchWhole(await serve(answer), { signal: AbortSignal.timeout(400) }).catch((error) => error);
  expect(failure.name).toBe('TimeoutError');
  expect(performance.now() - begin).toBeLessThan(10_000);
});

it('an endless answer is cut off at the limit', async () => {
  let written = 0;
  const url = await serve((socket) => {
    socket.write(head);
    const more = () => {
      while (socket.writable && socket.write(`10000\r\n${'x'.repeat(0x10000)}\r\n`)) written++;
    };
    socket.on('drain', more);
    more();
  });
  const failure = await fetchWhole(url, { signal: AbortSignal.timeout(10_000) }, 1_000_000).catch((error) => error);
  expect(failure.name).toBe('AnswerTooLarge');
  expect(written).toBeLessThan(1000);
});

it('a redirect is not followed', async () => {
  const url = await serve((socket) =>
    socket.end('HTTP/1.1 307 Elsewhere\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n'),
  );
  const failure = await fetchWhole(url, { signal: AbortSignal.timeout(5000) }).catch((error) => error);
  expect(failure.cause.message).toBe('unexpected redirect');
});

it('an answer within the limits is complete', async () => {
  const url = await serve((socket) => socket.end(`${head}5\r\n"yes"\r\n0\r\n\r\n`));
  const answer = await fetchWhole(url, { signal: AbortSignal.timeout(5000) });
  expect([answer.status, await answer.json()]).toEqual([200, 'yes']);
});
