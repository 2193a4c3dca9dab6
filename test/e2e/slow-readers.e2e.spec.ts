import { type IncomingMessage, request as open } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../libs/event-store/src/testing.js';
import { shared } from '../support/hooks.js';
import { openService, people, tokenOf } from '../support/service.js';

// While a client reads an export slowly, PostgreSQL waits for it, so the service does not collect the rows in memory.

const rows = 60_000;
const service = shared(() => openService());
beforeAll(() => service.app.listen(0, '127.0.0.1'));

/** Begins an export without reading it. `rest` reads it and answers the number of lines. */
async function beginExport(path: string) {
  const { port } = service.app.getHttpServer().address() as AddressInfo;
  const headers = { authorization: `JWT ${await tokenOf(people.staff)}` };
  const answer = await new Promise<IncomingMessage>((done, fail) => {
    open({ host: '127.0.0.1', port, path, headers, agent: false }, done).on('error', fail).end();
  });
  const rest = async () => {
    let lines = 0;
    for await (const chunk of answer) lines += chunk.toString('latin1').split('\n').length - 1;
    return lines;
  };
  return { status: answer.statusCode, rest };
}

const one = async (text: string) => (await service.query(text))[0];

/** Whether no query with this text begins within half a second, after there was one. */
async function isQuiet(text: string) {
  const latest = `select max(query_start)::text as at from pg_stat_activity
                   where datname = current_database() and query like '%${text}%' and pid <> pg_backend_pid()`;
  const { at } = await one(latest);
  await pause(500);
  return at !== null && (await one(latest)).at === at;
}

it('in an export of the log PostgreSQL waits in the middle of the copy', async () => {
  await service.database.owner.query(
    `set session_replication_role = replica;
     insert into events (id, stream, version, type, schema_version, data, metadata, hash)
     select gen_random_uuid(), 'exam-1', number, 'ExamRevised', 1, json_build_object('text', repeat('x', 1000)), '{}', sha256('')
       from generate_series(1, ${rows}) as number;
     set session_replication_role = origin`,
  );
  const { status, rest } = await beginExport('/api/audit/v1/events');
  expect(status).toBe(200);
  const waits = `select from pg_stat_activity where datname = current_database() and wait_event = 'ClientWrite'`;
  await until('the server waits for the client', async () => {
    if ((await service.database.owner.query(waits)).rowCount === 0) return false;
    await pause(300); // if it still waits then, the reader has stopped
    return (await service.database.owner.query(waits)).rowCount === 1;
  });
  const { copied } = await one('select tuples_processed::int as copied from pg_stat_progress_copy');
  expect(copied).toBeLessThan(rows / 2);
  expect(await rest()).toBe(rows);
});

it('in an export of a list as of a time the service reads no later learners', async () => {
  const learners = 20_000;
  const course = 'course-v1:OrgX+Large+2031';
  await service.database.owner.query(
    `set session_replication_role = replica;
     insert into exams (id, course_id, content_id, exam_name, time_limit_mins, is_proctored, is_practice_exam, is_active, hide_after_due)
     values (7, '${course}', 'final', 'Final', 30, true, false, true, false);
     with written as (
       insert into events (id, stream, version, type, schema_version, data, metadata, hash)
       select gen_random_uuid(), 'attempts-7-' || learner, 1, 'AttemptCreated', 1,
              json_build_object('attemptId', learner, 'examId', 7, 'userId', learner, 'attemptCode', repeat('x', 1000), 'status',
                'created', 'at', '2026-01-01T00:00:00.000Z'),
              json_build_object('commandId', 'x', 'courseId', '${course}', 'contentId', 'final'), sha256('')
         from generate_series(1, ${learners}) as learner returning stream, hash)
     insert into streams (id, version, head_hash) select stream, 1, hash from written;
     set session_replication_role = origin`,
  );
  const { status, rest } = await beginExport(`/api/audit/v1/courses/${course}/attempts`);
  expect(status).toBe(200);
  await until('the service reads no more pages', () => isQuiet('from streams'));
  await service.database.owner.query(`delete from streams where id like 'attempts-7-%'`);
  expect(await rest()).toBeLessThan(learners / 2);
});

it('in an export of the access log the service reads no later pages', async () => {
  await service.database.owner.query(
    `insert into access_log (action, outcome, objects)
     select 'GET /a/route', 'done', array['course:' || repeat('x', 500)] from generate_series(1, ${rows})`,
  );
  const { status, rest } = await beginExport('/api/audit/v1/access');
  expect(status).toBe(200);
  await until('the service reads no more pages', () => isQuiet('from access_log'));
  await service.database.owner.query('drop trigger append_only on access_log; truncate access_log');
  expect(await rest()).toBeLessThan(rows / 2);
});
