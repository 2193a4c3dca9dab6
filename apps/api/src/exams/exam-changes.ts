import { type Exam, type ExamEvent, evolveExam } from '#domain';
import type { RecordedEvent } from '#event-store';
import { examJson } from '#read-models';

const shown = (exam: Exam | null): Record<string, unknown> =>
  exam ? { ...examJson(exam), review_policy: exam.reviewPolicy } : {};

/** The fields of an exam that each of its events changed, oldest first. */
export function changesOfExam(events: readonly RecordedEvent<ExamEvent>[], nameOf: (userId: number) => string) {
  let exam: Exam | null = null;
  return events.map((event) => {
    const before = shown(exam);
    exam = evolveExam(exam, event);
    const after = shown(exam);
    const changed = Object.keys(after).filter((field) => after[field] !== (before[field] ?? null));
    const { actor } = event.metadata;
    return {
      at: event.data.at,
      event: event.type,
      by: { kind: actor.kind, username: actor.kind === 'user' ? nameOf(actor.userId) : null },
      fields: changed.map((field) => ({ field, before: before[field] ?? null, after: after[field] })),
    };
  });
}
