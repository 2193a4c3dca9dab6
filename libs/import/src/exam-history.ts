import { type Exam, type ExamDefinition, type ExamEvent, evolveExam } from '#domain';
import { actorOf, type ImportedEvent, sortable, versionsOf } from './imported-event.js';
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
  return [...revisions, ...policies].sort((one, other) => rankOf(one) - rankOf(other) || compareTimes(one, other));
}

const rankOf = ({ event }: ImportedEvent) => (event.type === 'ExamCreated' ? 0 : 1);
const compareTimes = (one: ImportedEvent<ExamEvent>, other: ImportedEvent<ExamEvent>) =>
  sortable(one.event.data.at) < sortable(other.event.data.at) ? -1 : 1;

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

function policyEvents({ row, formerPolicies, policy }: OldExamRows): ImportedEvent<ExamEvent>[] {
  const isSame = (one: OldPolicy, other: OldPolicy) => one.policyId === other.policyId && one.policy === other.policy;
  const { versions, removedAt } = versionsOf(formerPolicies, policy, isSame);
  const events = versions.map(({ row: { policyId, policy: text, setBy }, since }): ImportedEvent<ExamEvent> => {
    const data = { examId: row.id, policyId, policy: text, setBy, at: since };
    return { event: { type: 'ReviewPolicySet', data }, actor: actorOf(setBy) };
  });
  const removed: ImportedEvent<ExamEvent>[] = removedAt
    ? [{ event: { type: 'ReviewPolicyRemoved', data: { examId: row.id, at: removedAt } }, actor: actorOf(null) }]
    : [];
  return [...events, ...removed];
}
