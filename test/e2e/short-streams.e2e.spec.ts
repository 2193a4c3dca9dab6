import { shared } from '../support/hooks.js';
import { openRunningExam, people } from '../support/service.js';

const { staff, alice } = people;

const service = shared(openRunningExam);

const change = (action: string) => service.request(alice, 'PUT', service.attempt, { action });
const events = async () => Number((await service.database.owner.query('select count(*) from events')).rows[0].count);

it('a repeated request gets the same answer and adds nothing to the log', async () => {
  const { status, body } = await change('stop');
  const before = await events();
  for (let again = 0; again < 100; again++) expect(await change('stop')).toMatchObject({ status, body });
  expect(await events()).toBe(before);
});

it('a learner who changes an attempt too often must wait, but can still submit it', async () => {
  let last = await change('start');
  for (let more = 0; last.status === 200 && more < 100; more++) last = await change(more % 2 ? 'start' : 'stop');
  expect(last).toMatchObject({ status: 429, body: { detail: expect.stringContaining('Please wait a moment') } });
  expect(Number(last.headers['retry-after'])).toBeLessThanOrEqual(60);
  const before = await events();
  expect((await change('stop')).status).toBe(429);
  expect(await events()).toBe(before);
  expect((await change('submit')).status).toBe(200);
  expect((await service.request(staff, 'DELETE', service.attempt)).status).toBe(200);
});
