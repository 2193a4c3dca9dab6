import { type AddressInfo, connect } from 'node:net';
import { jest } from '@jest/globals';
import { Admission, usualLimits } from '../../apps/api/src/admission/admission.js';
import { until } from '../../libs/event-store/src/testing.js';
import { shared } from '../support/hooks.js';
import { courseId, openRunningExam, people, root, tokenOf } from '../support/service.js';

const { staff, alice } = people;

const service = shared(openRunningExam);
// The service logs that it is busy, which is expected here.
beforeEach(() => void jest.spyOn(process.stderr, 'write').mockReturnValue(true));
afterEach(() => jest.restoreAllMocks());

const metric = async (name: string) => {
  const { body } = await service.request(undefined, 'GET', '/metrics');
  return body.split('\n').find((line: string) => line.startsWith(`${name} `));
};

it('when too many lists wait, one more is refused with Retry-After, while learners poll and submit', async () => {
  const admission = service.app.get(Admission);
  const { running, waiting } = usualLimits.list;
  const lists = Array.from({ length: running + waiting }, () => admission.enter('list'));
  for (const each of lists) each.catch(() => {});

  const refused = await service.request(staff, 'GET', `${root}/exam/course_id/${courseId}`);
  expect(refused).toMatchObject({ status: 503, body: { detail: 'The service is busy. Please try again.' } });
  const seconds = Number(refused.headers['retry-after']);
  expect(seconds).toBeGreaterThanOrEqual(8);
  expect(seconds).toBeLessThanOrEqual(16);
  expect((await service.request(undefined, 'GET', '/health/live')).status).toBe(200);
  expect((await service.request(alice, 'GET', service.attempt)).status).toBe(200);
  expect((await service.request(alice, 'PUT', service.attempt, { action: 'submit' })).status).toBe(200);
  expect(await metric('proctoring_requests_refused_total{priority="list"}')).toMatch(/ 1$/);
  expect(await metric('proctoring_request_wait_seconds_count{priority="submit"}')).toMatch(/ 1$/);

  for (const each of lists) admission.leave(await each);
  expect((await service.request(staff, 'GET', `${root}/exam/course_id/${courseId}`)).status).toBe(200);
  expect(await metric('proctoring_requests_waiting{priority="list"}')).toMatch(/ 0$/);
});

it('a client that sends its body slowly takes no room from others', async () => {
  const admission = service.app.get(Admission);
  await service.app.listen(0, '127.0.0.1');
  const { port } = service.app.getHttpServer().address() as AddressInfo;
  const token = await tokenOf(alice);
  const sockets = Array.from({ length: usualLimits.submit.running }, () => connect(port, '127.0.0.1'));
  const head = `PUT ${service.attempt} HTTP/1.1\r\nHost: x\r\nAuthorization: JWT ${token}\r\nContent-Type: application/json\r\n`;
  for (const socket of sockets) socket.write(`${head}Content-Length: 100\r\n\r\n{`);
  const server = service.app.getHttpServer();
  const connections = () => new Promise((done) => server.getConnections((_: unknown, count: number) => done(count)));
  await until('all are connected', async () => (await connections()) === sockets.length);
  expect((await service.request(alice, 'GET', service.attempt)).status).toBe(200);
  expect(admission.queueLengths()).toEqual({ submit: 0, poll: 0, start: 0, list: 0 });
  for (const socket of sockets) socket.destroy();
});
