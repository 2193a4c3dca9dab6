import type { Database } from '#connections';
import type { ReviewReceived } from '#domain';
import { EventStore, type RecordedEvent } from '#event-store';
import { decryptAll, fieldAtExam } from '#learner-keys';
import {
  allowanceJson,
  allowancesByIds,
  attemptJson,
  attemptsByIds,
  examJson,
  examsByIds,
  instant,
  streamsOfCodes,
} from '#read-models';
import { groupBy } from './grouped.js';
import {
  type OldAllowance,
  type OldAttempt,
  type OldComment,
  type OldExam,
  type OldReview,
  type OldUser,
  oldAllowance,
  oldAttempt,
  oldComment,
  oldExam,
  oldPolicy,
  oldReview,
} from './old-rows.js';
import type { OldTables, Range, Table } from './old-tables.js';
import { commentOf, payloadOf } from './review-history.js';

/** A value that REST answers otherwise than the old row says. Values that may be personal are left out. */
export type Difference = { kind: string; id: number; field: string; old?: unknown; ours?: unknown };

const rowsAtOnce = 500;
const personal = ['user', 'key', 'value', 'content'];

/** Compares every old exam, review policy, attempt, allowance and review with what REST answers. */
export class Reconciliation {
  constructor(
    private readonly old: OldTables,
    private readonly database: Database,
  ) {}

  /** @returns the number of rows compared */
  async compare(report: (difference: Difference) => void, advance: (rows: number) => void = () => {}): Promise<number> {
    const kinds: [Table, (range: Range) => Promise<Compared>][] = [
      ['exams', (range) => this.exams(range)],
      ['policies', (range) => this.policies(range)],
      ['attempts', (range) => this.attempts(range)],
      ['allowances', (range) => this.allowances(range)],
      ['reviews', (range) => this.reviews(range)],
    ];
    let compared = 0;
    for (const [table, compare] of kinds)
      for (let after = 0, last: number | undefined; ; after = last) {
        last = await this.old.nextLast([[table, 'id']], after, rowsAtOnce);
        const { rows, differences } = await compare({ after, last: last ?? Number.MAX_SAFE_INTEGER });
        differences.forEach(report);
        compared += rows;
        advance(rows);
        if (last === undefined) break;
      }
    return compared;
  }

  private async exams(range: Range): Promise<Compared> {
    const rows = (await this.old.inRange('exams', 'id', range)).map(oldExam);
    const ids = await this.idsIn('exams', range);
    const found = await examsByIds(this.database, ids);
    return compareAll('exam', rows, ids, examOf, (id) => found.has(String(id)) && examJson(found.get(String(id))!));
  }

  /** An exam without an old policy must have none. */
  private async policies(range: Range): Promise<Compared> {
    const rows = (await this.old.inRange('policies', 'id', range)).map(oldPolicy);
    const { rows: ours } = await this.database.query<{ id: string; exam_id: string; review_policy: string }>(
      `select review_policy_id as id, id as exam_id, review_policy from exams
        where review_policy_id > $1 and review_policy_id <= $2`,
      [range.after, range.last],
    );
    const found = new Map(
      ours.map(({ id, exam_id, review_policy }) => [Number(id), policyJson(Number(exam_id), review_policy)]),
    );
    const expected = ({ examId, policy }: (typeof rows)[number]) => policyJson(examId, policy);
    return compareAll('review policy', rows, [...found.keys()], expected, (id) => found.get(id));
  }

  private async attempts(range: Range): Promise<Compared> {
    const rows = (await this.old.inRange('attempts', 'id', range)).map(oldAttempt);
    const ids = await this.idsIn('attempts', range);
    const found = new Map(
      (await attemptsByIds(this.database, ids)).map((attempt) => [attempt.id, attemptJson(attempt)]),
    );
    const exams = await this.oldExams(rows);
    const users = await this.oldUsers(rows);
    const expected = (row: OldAttempt) => attemptOf(row, exams.get(row.examId), users?.get(row.userId));
    return compareAll('attempt', rows, ids, expected, (id) => found.get(id));
  }

  private async allowances(range: Range): Promise<Compared> {
    const rows = (await this.old.inRange('allowances', 'id', range)).map(oldAllowance);
    const ids = await this.idsIn('allowances', range);
    const records = await allowancesByIds(this.database, ids);
    const found = new Map(records.map((allowance) => [allowance.id, allowanceJson(allowance)]));
    const exams = await this.oldExams(rows);
    const users = await this.oldUsers(rows);
    const expected = (row: OldAllowance) => allowanceOf(row, exams.get(row.examId), users?.get(row.userId));
    return compareAll('allowance', rows, ids, expected, (id) => found.get(id));
  }

  /** The newest review of an attempt, and the comments of all. They are events: REST decrypts them as this does. */
  private async reviews(range: Range): Promise<Compared> {
    const rows = (await this.old.inRange('reviews', 'id', range)).map(oldReview);
    const comments = (await this.old.inRange('comments', 'review_id', range)).map(oldComment);
    const commentsOf = groupBy(comments, ({ reviewId }) => reviewId);
    const received = await this.receivedReviews(rows.map(({ attemptCode }) => attemptCode));
    const expected = (row: OldReview) => reviewOf(row, commentsOf.get(row.id) ?? []);
    const byId = new Map(rows.map(({ id, attemptCode }) => [id, received.get(attemptCode)]));
    return compareAll('review', rows, [], expected, (id) => byId.get(id));
  }

  private async receivedReviews(codes: readonly string[]): Promise<Map<string, object>> {
    const streams = await streamsOfCodes(this.database, codes);
    const histories = await new EventStore(this.database).readMany([...new Set(streams)]);
    const events = [...histories.values()]
      .flat()
      .filter((event): event is RecordedEvent<ReviewReceived> => event.type === 'ReviewReceived');
    const texts = events.map(({ data: { sealed }, metadata }) => {
      const learner = { examId: metadata.examId!, userId: metadata.userId! };
      return { userId: learner.userId, sealed, location: fieldAtExam(learner, 'review') };
    });
    const contents = await decryptAll(this.database, texts);
    const reviews = new Map<string, ReturnType<typeof reviewJson>>();
    for (const [index, { data }] of events.entries()) {
      const { raw, comments, videoUrl = null } = JSON.parse(contents[index] ?? '{}');
      const before = reviews.get(data.attemptCode)?.content.comments ?? [];
      const { status, reviewedBy, importedId } = data;
      const content = { raw, comments: [...before, ...(comments ?? [])], videoUrl };
      reviews.set(data.attemptCode, reviewJson(importedId ?? null, status, reviewedBy, content));
    }
    return reviews;
  }

  private async idsIn(table: 'exams' | 'attempts' | 'allowances', { after, last }: Range): Promise<number[]> {
    const { rows } = await this.database.query(`select id from ${table} where id > $1 and id <= $2`, [after, last]);
    return rows.map(({ id }) => Number(id));
  }

  private async oldExams(rows: readonly { examId: number }[]): Promise<Map<number, OldExam>> {
    const ids = [...new Set(rows.map(({ examId }) => examId))];
    const found = ids.length === 0 ? [] : await this.old.rows('exams', `id in (${ids})`, 'id');
    return new Map(found.map(oldExam).map((exam) => [exam.id, exam]));
  }

  /** Undefined when the old database has no table of people: then the roster alone says who a learner is. */
  private async oldUsers(rows: readonly { userId: number }[]): Promise<Map<number, OldUser> | undefined> {
    if (await this.old.lacks('users')) return undefined;
    const users = await this.old.users([...new Set(rows.map(({ userId }) => userId))]);
    return new Map(users.map((user) => [user.id, user]));
  }
}

type Compared = { rows: number; differences: Difference[] };

/** `ids` are those that REST answers in this range; each must have an old row. */
function compareAll<Row extends { id: number }>(
  kind: string,
  rows: readonly Row[],
  ids: readonly number[],
  expected: (row: Row) => object,
  actual: (id: number) => object | false | undefined,
): Compared {
  const known = new Set(rows.map(({ id }) => id));
  const more = ids.filter((id) => !known.has(id)).map((id): Difference => ({ kind, id, field: 'row', old: 'none' }));
  const differences = rows.flatMap((row): Difference[] => {
    const ours = actual(row.id);
    if (!ours) return [{ kind, id: row.id, field: 'row', ours: 'none' }];
    return Object.entries(expected(row)).flatMap(([field, old]) => {
      const answered = (ours as Record<string, unknown>)[field];
      if (isSame(old, answered)) return [];
      return [
        personal.includes(field) ? { kind, id: row.id, field } : { kind, id: row.id, field, old, ours: answered },
      ];
    });
  });
  return { rows: rows.length, differences: [...differences, ...more] };
}

/** Every part that the old value has is the same. Without a roster of the old database, a user has only an id. */
function isSame(old: unknown, ours: unknown): boolean {
  if (Object(old) !== old) return old === ours;
  if (Array.isArray(old) && old.length !== (ours as unknown[] | undefined)?.length) return false;
  return Object.entries(old as object).every(([field, value]) => isSame(value, (ours as any)?.[field]));
}

const examOf = (exam: OldExam) =>
  examJson({ ...exam, generationId: exam.id, reviewPolicyId: null, reviewPolicy: null });

const policyJson = (exam_id: number, review_policy: string) => ({ exam_id, review_policy });

const userOf = (id: number, user?: OldUser) => (user ? { id, username: user.username, email: user.email } : { id });

const attemptOf = (row: OldAttempt, exam?: OldExam, user?: OldUser) => ({
  ...attemptJson({
    ...row,
    generationId: row.examId,
    extraSeconds: 0,
    pausedAt: null,
    pausedMs: 0,
    expiresAt: null,
    exam: exam as any,
    user: user as any,
  }),
  user: userOf(row.userId, user),
});

const allowanceOf = ({ id, created, modified, key, value, userId }: OldAllowance, exam?: OldExam, user?: OldUser) => ({
  id,
  created: instant(created),
  modified: instant(modified),
  user: userOf(userId, user),
  key,
  value,
  proctored_exam: exam && examOf(exam),
});

const reviewOf = ({ id, status, raw, videoUrl, reviewedBy }: OldReview, comments: readonly OldComment[]) =>
  reviewJson(id, status, reviewedBy, {
    raw: payloadOf(raw),
    comments: comments.map(commentOf),
    videoUrl,
  });

type Content = { raw: object; comments: object[]; videoUrl: string | null };

const reviewJson = (id: number | null, review_status: string, reviewed_by: number | null, content: Content) => ({
  id,
  review_status,
  reviewed_by,
  content,
});
