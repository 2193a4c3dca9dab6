import type { Database } from '#connections';
import type { RecordedEvent } from '#event-store';
import {
  allowanceProjection,
  attemptProjection,
  columnOf,
  columnsOf,
  foldRows,
  type Projection,
  type Row,
} from '#read-models';
import { learnerHistories, type Scope } from './learner-streams.js';
import { until } from './moment.js';

/** A row of a list. With `cursor` an export goes on behind it. */
export type ListRow = { cursor: string } & Record<string, unknown>;

/** The lists that are folded from the log as of a time, and their columns. */
export const lists = {
  attempts: {
    projection: attemptProjection,
    columns: ['cursor', 'course_id', 'content_id', ...attemptProjection.fields.map(columnOf)],
    asRow: (row: Row): Record<string, unknown> => row,
  },
  allowances: {
    projection: allowanceProjection,
    columns: [
      ...['cursor', 'course_id', 'content_id', 'id', 'exam_id', 'user_id', 'key', 'value', 'is_encrypted'],
      ...['created', 'modified'],
    ],
    asRow: ({ sealed, ...row }: Row & { sealed?: unknown }) => ({ ...row, isEncrypted: (sealed ?? null) !== null }),
  },
} as const;

export type ListName = keyof typeof lists;

export type ListOptions = { at: string; after?: string; signal?: AbortSignal };

const cursorPattern = /^(\d{1,15})\.(\d{1,15})\.(\d{1,15})$/;
export const cursorOf = (examId: unknown, userId: unknown, id: unknown): string => `${examId}.${userId}.${id}`;
export const isListCursor = (text: string): boolean => cursorPattern.test(text);

/** A list as it was at a time, by the projections that make the read models. */
export const listAsOf = (database: Database, name: ListName, scope: Scope, options: ListOptions) =>
  rowsOfLearners(database, scope, options, async (histories) =>
    histories.flatMap((history) => rowsAt(name, history, options.at)),
  );

/**
 * The rows that `rowsOf` makes of pages of histories. Memory holds one page. A page may be empty: an answer begins before
 * the first row is found.
 */
export async function* rowsOfLearners(
  database: Database,
  scope: Scope,
  { after, signal }: Omit<ListOptions, 'at'>,
  rowsOf: (histories: RecordedEvent[][]) => Promise<ListRow[]>,
): AsyncGenerator<ListRow[]> {
  const [examId, userId, id] = (cursorPattern.exec(after ?? '')?.slice(1) ?? []).map(Number);
  const from = after === undefined ? undefined : { examId: examId!, userId: userId! };
  let isFirst = true;
  for await (const histories of learnerHistories(database, scope, from, signal)) {
    const isRead = ({ cursor }: ListRow) => {
      const [rowExamId, rowUserId, rowId] = cursor.split('.').map(Number);
      return isFirst && rowExamId === examId && rowUserId === userId && rowId! <= id!;
    };
    yield (await rowsOf(histories)).filter((row) => !isRead(row));
    isFirst = false;
  }
}

/** The rows of one learner at one exam. */
export function rowsAt(name: ListName, history: readonly RecordedEvent[], at: string): ListRow[] {
  const { projection, columns, asRow } = lists[name];
  const { courseId, contentId } = history[0]?.metadata ?? {};
  return statesAt(projection, history, at).map((row) => {
    const fields = columnsOf(asRow(row));
    const cursor = cursorOf(fields.exam_id, fields.user_id, fields.id);
    const known: Record<string, unknown> = { ...fields, cursor, course_id: courseId, content_id: contentId };
    return Object.fromEntries(columns.map((column) => [column, known[column] ?? null])) as ListRow;
  });
}

/** The rows of a projection after the events up to a time, by id. */
export const statesAt = <T extends Row>(projection: Projection, history: readonly RecordedEvent[], at: string): T[] =>
  [...foldRows(projection, until(history, { at })).values()]
    .filter((row) => row !== null)
    .sort((one, other) => Number(one.id) - Number(other.id)) as T[];
