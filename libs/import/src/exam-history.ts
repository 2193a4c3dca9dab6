import { type Exam, type ExamDefinition, type ExamEvent, evolveExam } from '#domain';
import { groupBy } from './grouped.js';
import { actorOf, type ImportedEvent, inOrder, sortable, versionsOf } from './imported-event.js';
import type { OldExam, OldPolicy, Recorded } from './old-rows.js';

/** An exam's rows in the old database. `policies` are its review policies, former ones by history. */
export type OldExamRows = {
  row: OldExam;
  history: readonly Recorded<OldExam>[];
  formerPolicies: readonly OldPolicy[];
  policy: OldPolicy | undefined;
};

const definitionOf = ({ id, courseId, contentId, created, modified, ...definition }: OldExam): ExamDefinition =>
  definition;

const differs = (exam: Exam, definition: ExamDefinition) =>
  Object.entries(definition).some(([field, value]) => exam[field as keyof ExamDefinition] !== value);

/** The events after `known`, the exam's events that the log has. */
export function examEvents(old: OldExamRows, known: readonly ExamEvent[]): ImportedEvent<ExamEvent>[] {
  const revisions = [...revisionsOf(old, known)];
  const policies = policyEvents(old).slice(known.filter(({ type }) => type.startsWith('ReviewPolicy')).length);
  // The exam is created first. Its times are those of the row, and a policy may have an earlier one.
  const first = revisions[0]?.event.type === 'ExamCreated' ? revisions.splice(0, 1) : [];
  return [...first, ...inOrder([revisions, policies])];
}

function* revisionsOf({ row, history }: OldExamRows, known: readonly ExamEvent[]): Generator<ImportedEvent<ExamEvent>> {
  let exam = known.reduce<Exam | null>(evolveExam, null);
  const lastKnown =
    known
      .map(({ data }) => sortable(data.at))
      .sort()
      .at(-1) ?? '';
  const versions = history.filter((each) => !each.isDeletion && sortable(each.row.modified) > lastKnown);
  for (const { row: version, userId } of [...versions, { row, userId: null }]) {
    const definition = definitionOf(version);
    if (exam && !differs(exam, definition)) continue;
    const at = exam ? version.modified : row.created;
    const event: ExamEvent = exam
      ? { type: 'ExamRevised', data: { examId: row.id, ...definition, at } }
      : {
          type: 'ExamCreated',
          data: { examId: row.id, courseId: row.courseId, contentId: row.contentId, ...definition, at },
        };
    exam = evolveExam(exam, event);
    yield { event, actor: actorOf(userId) };
  }
}

/** An exam has one policy at a time. A policy that comes after a removal has an id of its own. */
function policyEvents({ row, formerPolicies, policy }: OldExamRows): ImportedEvent<ExamEvent>[] {
  const formerOf = groupBy(formerPolicies, ({ policyId }) => policyId);
  const ids = new Set([...formerOf.keys(), ...(policy ? [policy.policyId] : [])]);
  return [...ids].flatMap((id) =>
    eventsOfPolicy(row.id, formerOf.get(id) ?? [], policy?.policyId === id ? policy : undefined),
  );
}

function eventsOfPolicy(
  examId: number,
  former: readonly OldPolicy[],
  current: OldPolicy | undefined,
): ImportedEvent<ExamEvent>[] {
  const { versions, removedAt } = versionsOf(former, current, (one, other) => one.policy === other.policy);
  const events = versions.map(({ row: { policyId, policy, setBy }, since }): ImportedEvent<ExamEvent> => {
    const data = { examId, policyId, policy, setBy, at: since };
    return { event: { type: 'ReviewPolicySet', data }, actor: actorOf(setBy) };
  });
  if (removedAt)
    events.push({ event: { type: 'ReviewPolicyRemoved', data: { examId, at: removedAt } }, actor: actorOf(null) });
  return events;
}
