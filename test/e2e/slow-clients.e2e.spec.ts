import { type AddressInfo, connect } from 'node:net';
import { openService, people, tokenOf } from '../support/service.js';

it('a client that never ends its body gets 408, and its connection ends', async () => {
  const service = await openService();
  await service.app.listen(0, '127.0.0.1');
  const { port } = service.app.getHttpServer().address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  const head = [
    'PUT /api/edx_proctoring/v1/proctored_exam/attempt/1 HTTP/1.1',
    'Host: x',
    'Content-Type: application/json',
    'Content-Length: 1000',
    `Authorization: JWT ${await tokenOf(people.alice)}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n{`);
  const dripping = setInterval(() => socket.writable && socket.write(' '), 1_000);
  const begin = performance.now();
  const answer = Buffer.concat(await socket.on('error', () => {}).toArray()).toString();
  clearInterval(dripping);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toContain('{"detail":"The request took too long."}');
  expect(performance.now() - begin).toBeLessThan(30_000);
  await service.close();
}, 60_000);
