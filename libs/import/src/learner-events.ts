import type { Database } from '#connections';
import { type AllowanceEvent, isMinutesKey, type LearnerAtExam } from '#domain';
import { type RecordedEvent } from '#event-store';
import { encryptAll, fieldAtExam, learnerAtExamStream, pseudonymsOf } from '#learner-keys';
import { allowanceEvents, isPlainKey, type KeptAllowance } from './allowance-history.js';
import { attemptEvents } from './attempt-history.js';
import { groupBy } from './grouped.js';
import { type ImportedEvent, inOrder } from './imported-event.js';
import type { LearnerRows } from './learner-rows.js';
import type { OldAllowance } from './old-rows.js';
import { type PlainReview, reviewEvent, reviewsOf } from './review-history.js';

/** A learner at an exam as the log has it. */
export type Known = { history: readonly RecordedEvent[]; state: LearnerAtExam };

type Encrypted = { allowances: Map<OldAllowance, KeptAllowance>; reviews: Map<PlainReview, string> };

/** The events that the log lacks, for each learner at an exam, in the order of their times. */
export async function learnerEvents(
  database: Database,
  learners: readonly LearnerRows[],
  knownOf: (stream: string) => Known,
): Promise<{ learner: LearnerRows; events: ImportedEvent[] }[]> {
  const reviews = new Map(
    learners.flatMap((learner) => learner.reviews.map((rows) => [rows, reviewsOf(rows)] as const)),
  );
  const encrypted = await encrypt(database, learners, reviews);
  return learners.map((learner) => {
    const { history, state } = knownOf(learnerAtExamStream(learner));
    const allowanceEventsOf = groupBy(
      history.filter(({ type }) => type.startsWith('Allowance')) as RecordedEvent<AllowanceEvent>[],
      ({ data }) => data.allowanceId,
    );
    const receivedOf = groupBy(
      history.filter(({ type }) => type === 'ReviewReceived'),
      ({ data }) => (data as { attemptId: number }).attemptId,
    );
    const lists: ImportedEvent[][] = [
      ...learner.allowances.map((rows) => {
        const known = allowanceEventsOf.get((rows.row ?? rows.former[0]!).allowanceId) ?? [];
        return allowanceEvents(rows, known, (allowance) => encrypted.allowances.get(allowance)!);
      }),
      ...learner.attempts.map((rows) =>
        wasRemoved(history, rows.id)
          ? []
          : attemptEvents(
              rows,
              state.attempts.find(({ id }) => id === rows.id),
            ),
      ),
      ...learner.reviews.map((rows) =>
        reviews
          .get(rows)!
          .slice(receivedOf.get(rows.attemptId)?.length ?? 0)
          .map((review) => {
            const sealed = encrypted.reviews.get(review)!;
            return reviewEvent(review, { attemptId: rows.attemptId, importedId: rows.row.id, sealed });
          }),
      ),
    ];
    return { learner, events: inOrder(lists) };
  });
}

const wasRemoved = (history: readonly RecordedEvent[], attemptId: number) =>
  history.some(
    ({ type, data }) => type === 'AttemptRemoved' && (data as { attemptId: number }).attemptId === attemptId,
  );

/** Encrypts all allowances and reviews as the service does, with a few queries for all learners. */
async function encrypt(
  database: Database,
  learners: readonly LearnerRows[],
  reviews: ReadonlyMap<LearnerRows['reviews'][number], PlainReview[]>,
): Promise<Encrypted> {
  const all = learners.flatMap(({ allowances }) =>
    allowances.flatMap(({ former, row }) => [...former, ...(row ? [row] : [])]),
  );
  const personal = all.filter(({ key }) => !isMinutesKey(key));
  const hidden = all.filter(({ key }) => !isPlainKey(key));
  const names = await pseudonymsOf(
    database,
    hidden.map(({ userId, key }) => ({ userId, name: key })),
  );
  const pseudonyms = new Map(hidden.map((allowance, index) => [allowance, names[index]!]));
  const plainReviews = learners.flatMap((learner) =>
    learner.reviews.flatMap((rows) => reviews.get(rows)!.map((review) => ({ learner, review }))),
  );
  const sealed = await encryptAll(database, [
    ...personal.map((allowance) => ({
      userId: allowance.userId,
      // The value of a pseudonym has both the key and the value.
      text: pseudonyms.has(allowance) ? JSON.stringify([allowance.key, allowance.value]) : allowance.value,
      location: fieldAtExam(allowance, 'allowance'),
    })),
    ...plainReviews.map(({ learner, review: { text } }) => ({
      userId: learner.userId,
      text,
      location: fieldAtExam(learner, 'review'),
    })),
  ]);
  const sealedAllowances = new Map(personal.map((allowance, index) => [allowance, sealed[index]!]));
  return {
    allowances: new Map(
      all.map((allowance): [OldAllowance, KeptAllowance] => {
        const { value, key: plain } = allowance;
        const key = pseudonyms.get(allowance) ?? plain;
        const text = sealedAllowances.get(allowance);
        return [allowance, text === undefined ? { key, value } : { key, sealed: text }];
      }),
    ),
    reviews: new Map(plainReviews.map(({ review }, index) => [review, sealed[personal.length + index]!])),
  };
}
