import { useQuery } from '@tanstack/react-query';
import { api, type Shape, unwrap } from '../../api/client.js';
import type { Learner } from './kinds.js';
import type { Entry } from './learner-entries.js';
import type { What } from './parts.js';

/** The service takes at most 1,000 learners and 10,000 pairs in a request; smaller ones are answered sooner. */
const learnersAtOnce = 500;
const pairsAtOnce = 2_500;

export const inParts = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

export type Previewed = Shape<'PreviewedAllowance'> & { learner: Learner; asked: string; exam: Shape<'ExamOfPreview'> };
export type Preview = {
  exams: Shape<'ExamOfPreview'>[];
  unknown: Entry[];
  notEnrolled: Learner[];
  allowances: Previewed[];
};

/** The effect of these allowances, by all learners and exams. */
export const usePreview = (courseId: string, { examIds, kind, value }: What, entries: readonly Entry[]) =>
  useQuery({
    queryKey: ['allowances', 'preview', courseId, examIds, kind, value, entries],
    queryFn: async ({ signal }): Promise<Preview> => {
      const size = Math.max(1, Math.min(learnersAtOnce, Math.floor(pairsAtOnce / examIds.length)));
      const parts: Shape<'AllowancesPreview'>[] = [];
      for (const part of inParts(entries, size)) {
        const learners = part.map(({ name }) => name);
        const body = { exam_ids: [...examIds], learners, allowance_type: kind, value };
        const params = { path: { courseId } };
        parts.push(
          await unwrap(api.POST('/api/exams/v1/courses/{courseId}/allowances/preview', { params, body, signal })),
        );
      }
      return joined(parts, entries);
    },
    staleTime: 0,
    gcTime: 0,
  });

function joined(parts: readonly Shape<'AllowancesPreview'>[], entries: readonly Entry[]): Preview {
  const exams = parts[0]?.exams ?? [];
  const found = parts.flatMap(({ learners }) => learners);
  const entryOf = new Map(entries.map((entry) => [entry.name, entry]));
  // A user name and an e-mail may name the same person, in different parts, too.
  const people = new Map<number, { asked: string; learner: Learner; isEnrolled: boolean }>();
  for (const { asked, learner, is_enrolled: isEnrolled } of found)
    if (learner && !people.has(learner.id)) people.set(learner.id, { asked, learner, isEnrolled });
  const pairs = new Map(
    parts
      .flatMap(({ allowances }) => allowances)
      .map((allowance) => [`${allowance.user_id} ${allowance.exam_id}`, allowance]),
  );
  return {
    exams,
    unknown: found.flatMap(({ asked, learner }) => (learner ? [] : (entryOf.get(asked) ?? []))),
    notEnrolled: [...people.values()].flatMap(({ learner, isEnrolled }) => (isEnrolled ? [] : learner)),
    allowances: [...people.values()].flatMap(({ asked, learner }) =>
      exams.flatMap((exam) => {
        const pair = pairs.get(`${learner.id} ${exam.exam_id}`);
        return pair ? { ...pair, learner, asked, exam } : [];
      }),
    ),
  };
}
