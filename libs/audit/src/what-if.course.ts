import { FactFinder } from '#commands';
import type { Configuration } from '#configuration';
import type { Database } from '#connections';
import { columnOf } from '#read-models';
import { cursorOf, type ListOptions, type ListRow, rowsOfLearners } from './lists.js';
import { type OtherPolicy, outcomesUnder } from './what-if.js';

export const whatIfColumns = ['cursor', 'exam_id', 'user_id', 'attempt_id', 'differences'];

/**
 * The attempts of a course that would be different now under another policy. Give it a database that can write nothing (see
 * `openReadOnlyPool`).
 */
export function whatIf(
  database: Database,
  configuration: Configuration,
  courseId: string,
  policy: OtherPolicy,
  { at, ...options }: ListOptions,
): AsyncGenerator<ListRow[]> {
  const finder = new FactFinder(database, configuration);
  return rowsOfLearners(database, { courseId }, options, async (histories) => {
    const begun = histories.filter((history) => history.length > 0);
    const learners = begun.map(([first]) => first!.metadata as { examId: number; userId: number });
    const facts = await finder.ofMany(learners);
    return begun.flatMap((history, index) => {
      const { examId, userId } = learners[index]!;
      const rules = { ...facts[index]!, supportsOnboarding: facts[index]!.backend?.supportsOnboarding ?? false };
      return outcomesUnder(policy, history, rules, at).map(({ attemptId, differences }) => ({
        cursor: cursorOf(examId, userId, attemptId),
        exam_id: examId,
        user_id: userId,
        attempt_id: attemptId,
        differences: differences.map(({ field, ...each }) => ({ field: columnOf(field), ...each })),
      }));
    });
  });
}
