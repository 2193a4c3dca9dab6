import type { OldAllowanceRows } from './allowance-history.js';
import type { OldAttemptRows } from './attempt-history.js';
import { groupBy } from './grouped.js';
import {
  type OldAllowance,
  type OldAttempt,
  oldAllowance,
  oldAttempt,
  oldComment,
  oldReview,
  type Recorded,
  recorded,
} from './old-rows.js';
import type { OldTables, Range } from './old-tables.js';
import type { OldReviewRows } from './review-history.js';

/** All old rows of one learner at one exam. */
export type LearnerRows = {
  examId: number;
  userId: number;
  attempts: OldAttemptRows[];
  allowances: OldAllowanceRows[];
  reviews: (OldReviewRows & { attemptId: number })[];
};

/** Reads the rows of these learners, grouped by learner and exam. */
export async function learnerRows(tables: OldTables, range: Range): Promise<LearnerRows[]> {
  const attempts = (await tables.inRange('attempts', 'user_id', range)).map(oldAttempt);
  const histories = await tables.inRange('attemptHistory', 'user_id', range, 'history_id');
  const history = histories.map((row) => recorded(row, oldAttempt));
  const allowances = (await tables.inRange('allowances', 'user_id', range)).map(oldAllowance);
  const formerAllowances = (await tables.inRange('allowanceHistory', 'user_id', range)).map(oldAllowance);
  const groups = new Map<string, LearnerRows>();
  const groupOf = ({ examId, userId }: { examId: number; userId: number }): LearnerRows => {
    const key = `${examId} ${userId}`;
    const group = groups.get(key) ?? { examId, userId, attempts: [], allowances: [], reviews: [] };
    groups.set(key, group);
    return group;
  };
  for (const each of attemptsOf(attempts, history)) groupOf(each.row ?? each.history.at(-1)!.row).attempts.push(each);
  for (const each of allowancesOf(allowances, formerAllowances))
    groupOf(each.row ?? each.former.at(-1)!).allowances.push(each);
  for (const { attempts } of groups.values())
    for (const [index, attempt] of attempts.entries()) attempt.nextId = attempts[index + 1]?.id;
  await addReviews(tables, range, [...groups.values()]);
  return [...groups.values()];
}

function attemptsOf(rows: readonly OldAttempt[], history: readonly Recorded<OldAttempt>[]): OldAttemptRows[] {
  const histories = groupBy(history, ({ row }) => row.id);
  const live = new Map(rows.map((row) => [row.id, row]));
  const ids = idsIn(live, histories);
  return ids.map((id) => ({ id, history: histories.get(id) ?? [], row: live.get(id), nextId: undefined }));
}

function allowancesOf(rows: readonly OldAllowance[], former: readonly OldAllowance[]): OldAllowanceRows[] {
  const histories = groupBy(former, ({ allowanceId }) => allowanceId);
  const live = new Map(rows.map((row) => [row.allowanceId, row]));
  const ids = idsIn(live, histories);
  return ids.map((id) => ({ former: histories.get(id) ?? [], row: live.get(id) }));
}

/** The ids of rows and of histories, sorted, so that attempts are in the order of their creation. */
const idsIn = (live: ReadonlyMap<number, unknown>, histories: ReadonlyMap<number, unknown>): number[] =>
  [...new Set([...live.keys(), ...histories.keys()])].sort((one, other) => one - other);

/** A review belongs to the attempt with its code. An attempt that was not removed comes first. */
async function addReviews(tables: OldTables, range: Range, groups: readonly LearnerRows[]): Promise<void> {
  const reviews = (await tables.reviewsOf('reviews', range)).map(oldReview);
  if (reviews.length === 0) return;
  const former = (await tables.reviewsOf('reviewHistory', range)).map(oldReview);
  const comments = await tables.rows('comments', `review_id in (${reviews.map(({ id }) => id)})`, 'id');
  const commentsOf = groupBy(comments.map(oldComment), ({ reviewId }) => reviewId);
  const formerOf = groupBy(former, ({ attemptCode }) => attemptCode);
  const byCode = attemptsByCode(groups);
  for (const row of reviews) {
    const found = byCode.get(row.attemptCode);
    found?.group.reviews.push({
      attemptId: found.attemptId,
      row,
      former: formerOf.get(row.attemptCode) ?? [],
      comments: commentsOf.get(row.id) ?? [],
    });
  }
}

function attemptsByCode(groups: readonly LearnerRows[]) {
  const all = groups.flatMap((group) => group.attempts.map((attempt) => ({ group, attempt })));
  const removedFirst = [...all.filter(({ attempt }) => !attempt.row), ...all.filter(({ attempt }) => attempt.row)];
  return new Map(
    removedFirst.map(({ group, attempt: { id, row, history } }) => [
      (row ?? history.at(-1)!.row).attemptCode,
      { group, attemptId: id },
    ]),
  );
}
