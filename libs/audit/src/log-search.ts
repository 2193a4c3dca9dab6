import type { Database } from '#connections';
import { eventColumns, type RecordedEvent, upcast } from '#event-store';
import { learnerAtExamStream } from '#learner-keys';

/** `courseIds` are the courses that the caller may see. `actor` is `user:7`, `provider:name`, `operator:name`, `clock` or `lms`. */
export type LogSearch = {
  courseIds?: readonly string[];
  attemptId?: number;
  userId?: number;
  examId?: number;
  type?: string;
  actor?: string;
  requestId?: string;
  from?: string;
  until?: string;
};

export type LogPage = { events: RecordedEvent[]; next: string | null };

// The expressions of the indexes of migrations/9900-log-search.sql.
const examOf = `((e.metadata->>'examId')::bigint)`;
const requestOf = `(e.metadata->>'requestId')`;
const actorOf = `((e.metadata->'actor'->>'kind')
  || coalesce(':' || coalesce(e.metadata->'actor'->>'userId', e.metadata->'actor'->>'name'), ''))`;
const frequentTypes = [
  ...['AttemptCreated', 'AttemptReadied', 'AttemptStarted', 'AttemptStopped', 'AttemptSubmitted', 'ReviewReceived'],
  'AttemptVerified',
];
const isRare = `e.type not in (${frequentTypes.map((type) => `'${type}'`).join()})`;
const isByAnother = `coalesce(e.metadata->'actor'->>'userId', '') <> coalesce(e.metadata->>'userId', '-')`;

/** The newest events that fit, before the event with the cursor `after`. */
export async function searchLog(
  database: Database,
  search: LogSearch,
  { after, limit }: { after?: string; limit: number },
): Promise<LogPage> {
  const { text, values } = statementOf(search, after ?? `${search.until ?? 'infinity'},0`, limit + 1);
  const { rows } = await database.query<RecordedEvent>(text, values);
  const events = rows.slice(0, limit).map((event) => upcast(event));
  const last = events.at(-1);
  return { events, next: rows.length > limit && last ? `${last.recordedAt},${last.position}` : null };
}

function statementOf(search: LogSearch, before: string, limit: number): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const value = (given: unknown, type: string) => `$${values.push(given)}::${type}`;
  const [at, position] = before.split(',');
  const end = `${value(at, 'timestamptz')}, ${value(position, 'bigint')}`;
  const begin = `${value(search.from ?? '-infinity', 'timestamptz')}, 0`;
  const newest = 'e.recorded_at desc, e.position desc';
  const most = value(limit, 'bigint');

  /** With the key in the comparison of rows and in the order, PostgreSQL takes the index of the key and no other. */
  const byKey = (field: keyof LogSearch, key: string, wanted: string, ...more: string[]) => {
    const place = `(${key}, e.recorded_at, e.position)`;
    const all = [`${place} < (${wanted}, ${end})`, `${place} >= (${wanted}, ${begin})`, ...more];
    all.push(...conditionsOf({ ...search, [field]: undefined }, value));
    return `select e.* from events e where ${all.join(' and ')} order by ${key} desc, ${newest} limit ${most}`;
  };
  const isInTime = `(e.recorded_at, e.position) < (${end}) and (e.recorded_at, e.position) >= (${begin})`;
  /** These are few events, so all are read. "offset 0" keeps PostgreSQL from looking through the log in the order of time. */
  const amongFew = (...few: string[]) =>
    `select e.* from (
       select * from events e where ${[...few, ...conditionsOf(search, value)].join(' and ')} offset 0) e
     where ${isInTime} order by ${newest} limit ${most}`;
  const inStreams = (streams: string) => `e.stream = any(array(${streams}))`;

  const { courseIds, attemptId, userId, examId, type, actor, requestId } = search;
  const streams = (learner: number) => streamsOf(learner, examId, value);
  const found: string[] = [];
  if (attemptId !== undefined) found.push(amongFew(inStreams(streamOf(attemptId, value))));
  else if (userId !== undefined) found.push(amongFew(inStreams(streams(userId))));
  else if (requestId !== undefined) found.push(amongFew());
  else if (actor !== undefined) {
    found.push(byKey('actor', actorOf, value(actor, 'text'), isByAnother));
    const [, user] = /^user:(\d+)$/.exec(actor) ?? [];
    if (user) found.push(amongFew(inStreams(streams(Number(user))), `not (${isByAnother})`));
  } else if (examId !== undefined) found.push(byKey('examId', examOf, value(examId, 'bigint')));
  else if (courseIds !== undefined) {
    const exams = `select id from exams where course_id = any(${value(courseIds, 'text[]')})`;
    found.push(`select e.* from (${exams}) x, lateral (${byKey('examId', examOf, 'x.id')}) e`);
  } else if (type !== undefined && !frequentTypes.includes(type))
    found.push(byKey('type', 'e.type', value(type, 'text'), isRare));
  else {
    const all = [isInTime, ...conditionsOf(search, value)];
    found.push(`select e.* from events e where ${all.join(' and ')} order by ${newest} limit ${most}`);
  }
  const all = found.map((each) => `(${each})`).join(' union all ');
  return { text: `select ${eventColumns} from (${all}) e order by ${newest} limit ${most}`, values };
}

type Value = (given: unknown, type: string) => string;

function conditionsOf(search: LogSearch, value: Value): string[] {
  const conditions: [unknown, string, (place: string) => string][] = [
    [search.courseIds, 'text[]', (place) => `e.metadata->>'courseId' = any(${place})`],
    [search.attemptId, 'bigint', (place) => `(e.data->>'attemptId')::bigint = ${place}`],
    [search.userId, 'bigint', (place) => `(e.metadata->>'userId')::bigint = ${place}`],
    [search.examId, 'bigint', (place) => `${examOf} = ${place}`],
    [search.type, 'text', (place) => `e.type = ${place}`],
    [search.actor, 'text', (place) => `${actorOf} = ${place}`],
    [search.requestId, 'text', (place) => `${requestOf} = ${place}`],
  ];
  return conditions.flatMap(([given, type, condition]) => (given === undefined ? [] : [condition(value(given, type))]));
}

const streamOf = (attemptId: number, value: Value): string =>
  `select stream from events where type = 'AttemptCreated' and (data->>'attemptId')::bigint = ${value(attemptId, 'bigint')}`;

/** A learner's streams: at one exam, or all. */
const streamsOf = (userId: number, examId: number | undefined, value: Value): string =>
  examId !== undefined
    ? `select ${value(learnerAtExamStream({ examId, userId }), 'text')}`
    : `select 'attempts-' || id || '-' || ${value(userId, 'bigint')} from exams
       union all select 'learner-' || ${value(userId, 'bigint')}`;
