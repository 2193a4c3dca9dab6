import type pg from 'pg';
import { openStartableDatabase } from '../support/database.js';
import { contentId, courseId, openService, people, publishedExam, roster } from '../support/service.js';

const { staff, alice } = people;
const root = '/api/edx_proctoring/v1/proctored_exam';
const exams = 50;
/** The ids of copied learners and attempts begin here, above the ids that the service gave. */
const firstId = 1_000;
const streamsAtOnce = 10_000;

/** A database of the service with `attempts` started attempts, whose ids begin with `firstAttempt`. */
export type Filled = Awaited<ReturnType<typeof openFilled>>;

/**
 * Lets the service make one attempt of eight events, and copies its rows by SQL until there are `wanted` events, for attempts
 * of many learners at 50 exams. Heads and read models fit the events. Only the hashes are invented.
 */
export async function openFilled(wanted: number, say: (line: string) => void) {
  const service = await openService({}, { database: await openStartableDatabase() });
  const { owner } = service.database;
  await makeAttempt(service.request);
  const story = (
    await owner.query(`select * from events where stream = 'attempts-1-${alice.user_id}' order by version`)
  ).rows;
  const attempts = Math.floor((wanted - exams - story.length) / story.length);
  say(`Filling a database with ${wanted.toLocaleString('en-US')} events …`);
  await multiply(owner, story, attempts);
  await owner.query('vacuum (analyze)');
  await owner.query('checkpoint');
  const { count } = (await owner.query('select count(*)::int from events')).rows[0];
  return {
    database: service.database,
    events: count as number,
    attempts,
    firstAttempt: firstId,
    jwtSecret: service.configuration.jwtSecret!,
    /** The learner and the stream of an attempt. */
    learnerOf: (attempt: number) => firstId + Math.floor((attempt - firstId) / exams),
    streamOf: (attempt: number) =>
      `attempts-${1 + ((attempt - firstId) % exams)}-${firstId + Math.floor((attempt - firstId) / exams)}`,
    request: service.request,
    close: service.close,
  };
}

async function makeAttempt(request: Awaited<ReturnType<typeof openService>>['request']) {
  const ask = async (...[person, method, url, body]: [typeof staff | typeof alice, string, string, object]) => {
    const answer = await request(person, method, url, body);
    if (answer.status !== 200) throw new Error(`${method} ${url}: ${JSON.stringify(answer)}`);
    return answer.body;
  };
  await ask(staff, 'PUT', '/api/lms/v1/roster', roster);
  const published = Array.from({ length: exams }, (_, index) =>
    publishedExam(`exam-${index + 1}`, { time_limit_mins: 600 }),
  );
  await ask(staff, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, published);
  const creation = { exam_id: 1, attempt_proctored: 'true', start_clock: 'true' };
  const { exam_attempt_id } = await ask(alice, 'POST', `${root}/attempt`, creation);
  for (const action of ['stop', 'start', 'stop', 'start', 'stop', 'start'])
    await ask(alice, 'PUT', `${root}/attempt/${exam_attempt_id}`, { action });
}

const marks: Record<string, string> = { attemptId: '{attempt}', examId: '{exam}', userId: '{user}' };

/** JSON with marks instead of ids. `filled` is the SQL that replaces the marks with the ids of row `n`. */
const marked = (value: object) =>
  JSON.stringify(value, (key, part) => marks[key] ?? (part === contentId('exam-1') ? '{content}' : part));
const attemptId = `(${firstId} + n)`;
const examId = `(1 + n % ${exams})`;
const userId = `(${firstId} + n / ${exams})`;
const stream = `'attempts-' || ${examId} || '-' || ${userId}`;
const hash = `sha256(convert_to(${stream} || '/' || $1::bigint, 'UTF8'))`;
const filled = (parameter: string) => `
  replace(replace(replace(replace(${parameter}, '"{attempt}"', ${attemptId}::text), '"{exam}"', ${examId}::text),
    '"{user}"', ${userId}::text), '{content}', '${contentId('exam-')}' || ${examId})::json`;

async function multiply(owner: pg.Pool, story: any[], attempts: number) {
  await owner.query(
    `insert into users (id, username, email, full_name, is_staff, is_superuser, is_active, groups)
     select copy.id, copy.username, copy.email, copy.full_name, copy.is_staff, copy.is_superuser, copy.is_active, copy.groups
       from users original, generate_series($2::bigint, $3::bigint) n,
       jsonb_populate_record(original, jsonb_build_object('id', n, 'username', 'learner' || n, 'email', n || '@example.org')) copy
     where original.id = $1`,
    [alice.user_id, firstId, firstId + Math.ceil(attempts / exams)],
  );
  const batches = Array.from({ length: Math.ceil(attempts / streamsAtOnce) }, (_, batch) => batch * streamsAtOnce);
  const fill = async () => {
    for (let first = batches.shift(); first !== undefined; first = batches.shift())
      await multiplyBatch(owner, story, [first, Math.min(first + streamsAtOnce, attempts) - 1]);
  };
  await Promise.all([fill(), fill()]);
  await owner.query(`select setval('attempt_ids', $1)`, [firstId + attempts]);
}

/** Copies event by event of the story, so that the streams are mixed in the log, as in real use. */
async function multiplyBatch(owner: pg.Pool, story: any[], range: [first: number, last: number]) {
  const numbers = `generate_series($2::bigint, $3::bigint) n`;
  for (const { version, type, schema_version, data, metadata } of story)
    await owner.query(
      `insert into events (id, stream, version, type, schema_version, data, metadata, hash)
       select uuidv7(), ${stream}, $1::bigint, $4, $5, ${filled('$6::text')}, ${filled('$7::text')}, ${hash} from ${numbers}`,
      [version, ...range, type, schema_version, marked(data), marked(metadata)],
    );
  await owner.query(`insert into streams select ${stream}, $1::bigint, ${hash} from ${numbers}`, [
    story.length,
    ...range,
  ]);
  await owner.query(
    `insert into attempts select copy.* from attempts original, ${numbers},
       jsonb_populate_record(original, jsonb_build_object('id', ${attemptId}, 'exam_id', ${examId}, 'user_id', ${userId},
         'attempt_code', gen_random_uuid(), 'external_id', 'test-attempt-' || ${attemptId})) copy
     where original.id = $1`,
    [story[0].data.attemptId, ...range],
  );
}
