import type { Database } from '#connections';
import { EventStore, type RecordedEvent } from '#event-store';
import { learnerAtExamStream } from '#learner-keys';

/** All learners at the exams of a course, or one learner at all exams. */
export type Scope = { courseId: string } | { userId: number };

const streamsAtOnce = 100;
const examsAtOnce = 1000;

/**
 * The histories of learners at exams, in the order of exam ids, and of streams at each exam. A page has at most 100, so
 * memory does not grow with the course. `from`: begins with this learner at this exam.
 */
export async function* learnerHistories(
  database: Database,
  scope: Scope,
  from?: { examId: number; userId: number },
  signal?: AbortSignal,
): AsyncGenerator<RecordedEvent[][]> {
  const store = new EventStore(database);
  for await (const streams of streamsOf(database, scope, from)) {
    signal?.throwIfAborted();
    yield [...(await store.readMany(streams)).values()];
  }
}

async function* streamsOf(database: Database, scope: Scope, from?: { examId: number; userId: number }) {
  const examIds = await examIdsOf(database, 'courseId' in scope ? scope.courseId : null, from?.examId ?? 0);
  if ('courseId' in scope)
    for (const examId of examIds) yield* streamsAt(database, examId, examId === from?.examId ? from.userId : undefined);
  else
    for (let first = 0; first < examIds.length; first += examsAtOnce) {
      const names = examIds
        .slice(first, first + examsAtOnce)
        .map((examId) => learnerAtExamStream({ examId, userId: scope.userId }));
      const existing = new Set(await existingStreams(database, names));
      yield* inPages(names.filter((name) => existing.has(name)));
    }
}

/** The streams of all learners at one exam. */
async function* streamsAt(database: Database, examId: number, firstUserId?: number) {
  const pattern = `attempts-${examId}-%`;
  let from = firstUserId === undefined ? '' : learnerAtExamStream({ examId, userId: firstUserId });
  for (let comparison = '>='; ; comparison = '>') {
    const { rows } = await database.query<{ id: string }>(
      `select id from streams where id like $1 and id ${comparison} $2 order by id limit ${streamsAtOnce}`,
      [pattern, from],
    );
    if (rows.length > 0) yield rows.map(({ id }) => id);
    if (rows.length < streamsAtOnce) return;
    from = rows.at(-1)!.id;
  }
}

/** Those of these streams that there are, in no order. */
async function existingStreams(database: Database, names: readonly string[]): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>('select id from streams where id = any($1)', [names]);
  return rows.map(({ id }) => id);
}

/** Exams are never deleted, so the read model has all that ever were. */
async function examIdsOf(database: Database, courseId: string | null, first: number): Promise<number[]> {
  const text = 'select id from exams where ($1::text is null or course_id = $1) and id >= $2 order by id';
  return (await database.query(text, [courseId, first])).rows.map(({ id }) => Number(id));
}

function* inPages(names: readonly string[]) {
  for (let first = 0; first < names.length; first += streamsAtOnce) yield names.slice(first, first + streamsAtOnce);
}
