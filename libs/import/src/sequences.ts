import type { Database } from '#connections';
import type { OldTables, Table } from './old-tables.js';

const sources: { [sequence: string]: [Table, string][] } = {
  exam_ids: [
    ['exams', 'id'],
    ['examHistory', 'id'],
  ],
  attempt_ids: [
    ['attempts', 'id'],
    ['attemptHistory', 'id'],
  ],
  allowance_ids: [
    ['allowances', 'id'],
    ['allowanceHistory', 'allowance_id'],
  ],
  review_policy_ids: [
    ['policies', 'id'],
    ['policyHistory', 'original_id'],
    ['attempts', 'review_policy_id'],
  ],
};

/** Advances the sequences beyond all ids that the old database has used. Answers the last ids. */
export async function advanceSequences(old: OldTables, owner: Database): Promise<{ [sequence: string]: number }> {
  const moved: { [sequence: string]: number } = {};
  for (const [sequence, columns] of Object.entries(sources)) {
    let highest = 0;
    for (const [table, column] of columns) highest = Math.max(highest, await old.highest(table, column));
    const { rows } = await owner.query(
      `select setval('${sequence}', greatest(last_value, $1), is_called or $1 > 0) as last from ${sequence}`,
      [highest],
    );
    moved[sequence] = Number(rows[0].last);
  }
  return moved;
}
