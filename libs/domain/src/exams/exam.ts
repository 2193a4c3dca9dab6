import type { Decider } from '../decider.js';
import type { Event } from '../event.js';
import { Refusal } from '../refusal.js';
import type { ExamDefinition, ExamEvent } from './exam.events.js';

/** An exam: one gated subsection of a course (domain.md §1.1). */
export type Exam = ExamDefinition & { id: number; courseId: string; contentId: string };

export type CreateExam = {
  type: 'CreateExam';
  data: { examId: number; courseId: string; contentId: string; at: string } & ExamDefinition;
};
/** Null and absent leave a field as it is; only the due date is cleared by null (domain.md §6.2). */
export type ReviseExam = {
  type: 'ReviseExam';
  data: { examId: number; at: string; changes: { [K in keyof ExamDefinition]?: ExamDefinition[K] | null } };
};
export type WithdrawExam = { type: 'WithdrawExam'; data: { examId: number; at: string } };
export type AnyExamCommand = CreateExam | ReviseExam | WithdrawExam;

export type ExamType = 'timed' | 'onboarding' | 'practice' | 'proctored';

/** The kind of an exam as clients name it (domain.md §1.1). */
export const examTypeOf = (
  exam: Pick<Exam, 'isProctored' | 'isPracticeExam'>,
  supportsOnboarding: boolean,
): ExamType => {
  if (!exam.isProctored && !exam.isPracticeExam) return 'timed';
  if (exam.isProctored && exam.isPracticeExam) return supportsOnboarding ? 'onboarding' : 'practice';
  return 'proctored';
};

const definitionOf = ({ id, courseId, contentId, ...definition }: Exam): ExamDefinition => definition;

const revised = (exam: Exam, changes: ReviseExam['data']['changes']): ExamDefinition => {
  const given = Object.entries(changes).filter(([name, value]) => name === 'dueDate' || (value ?? null) !== null);
  return { ...definitionOf(exam), ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) };
};

const isSame = (one: object, other: object) =>
  Object.entries(one).every(([name, value]) => (other as Record<string, unknown>)[name] === value);

const existing = (exam: Exam | null, { data: { examId } }: AnyExamCommand): Exam => {
  if (exam) return exam;
  throw new Refusal('exam_not_found', `There is no exam ${examId}.`);
};

const evolution: { [T in ExamEvent['type']]: (exam: Exam, event: Extract<ExamEvent, { type: T }>) => Exam } = {
  ExamCreated: (_, { data: { examId, at, ...exam } }) => ({ id: examId, ...exam }),
  ExamRevised: (exam, { data: { examId, at, ...definition } }) => ({ ...exam, ...definition }),
  ExamWithdrawn: (exam) => ({ ...exam, isProctored: false, isActive: false }),
};

export const isExamEvent = (event: Event): event is ExamEvent => event.type in evolution;

/** The exam after one of its events. */
export const evolveExam = (exam: Exam | undefined, event: ExamEvent): Exam =>
  (evolution as any)[event.type](exam, event);

export const exam: Decider<Exam | null, AnyExamCommand, ExamEvent> = {
  initial: null,

  decide: {
    CreateExam: (state, { data }) => (state ? [] : [{ type: 'ExamCreated', data }]),

    ReviseExam: (state, command) => {
      const { examId, at, changes } = command.data;
      const definition = revised(existing(state, command), changes);
      return isSame(definition, state!) ? [] : [{ type: 'ExamRevised', data: { examId, at, ...definition } }];
    },

    WithdrawExam: (state, command) => {
      const { examId, at } = command.data;
      return existing(state, command).isActive ? [{ type: 'ExamWithdrawn', data: { examId, at } }] : [];
    },
  },

  evolve: {
    ExamCreated: (state, event) => evolveExam(state ?? undefined, event),
    ExamRevised: (state, event) => evolveExam(state!, event),
    ExamWithdrawn: (state, event) => evolveExam(state!, event),
  },
};
