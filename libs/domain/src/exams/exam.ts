import { type Decider, dispatch, type Handlers } from '../decider.js';
import type { Event } from '../event.js';
import { Refusal } from '../refusal.js';
import type { ExamDefinition, ExamEvent } from './exam.events.js';

/** An exam: one gated subsection of a course (domain.md §1.1). */
export type Exam = ExamDefinition & {
  id: number;
  /** The current generation; the id of the first one is the exam's. */
  generationId: number;
  courseId: string;
  contentId: string;
  reviewPolicyId: number | null;
  reviewPolicy: string | null;
};

export type CreateExam = {
  type: 'CreateExam';
  data: { examId: number; courseId: string; contentId: string; at: string } & ExamDefinition;
};
/** A field that is null or absent stays as it is; but null clears the due date (domain.md §6.2). */
export type ReviseExam = {
  type: 'ReviseExam';
  data: { examId: number; at: string; changes: { [K in keyof ExamDefinition]?: ExamDefinition[K] | null } };
};
/** A new generation of the exam, with a definition of its own. */
export type BeginExamGeneration = {
  type: 'BeginExamGeneration';
  data: { examId: number; generationId: number; at: string } & ExamDefinition;
};
export type WithdrawExam = { type: 'WithdrawExam'; data: { examId: number; at: string } };
/** An empty text removes the policy (domain.md §6.6). `policyId` is used if the exam has no policy yet. */
export type SetReviewPolicy = {
  type: 'SetReviewPolicy';
  data: { examId: number; policyId: number; policy: string; setBy: number; at: string };
};
export type AnyExamCommand = CreateExam | ReviseExam | BeginExamGeneration | WithdrawExam | SetReviewPolicy;

export type ExamType = 'timed' | 'onboarding' | 'practice' | 'proctored';

/** The kind of an exam as clients name it (domain.md §1.1). */
export const examTypeOf = (
  exam: Pick<Exam, 'isProctored' | 'isPracticeExam' | 'examType'>,
  supportsOnboarding: boolean,
): ExamType => {
  if (!exam.isProctored && !exam.isPracticeExam) return 'timed';
  if (exam.isProctored && exam.isPracticeExam) return exam.examType ?? (supportsOnboarding ? 'onboarding' : 'practice');
  return 'proctored';
};

const definitionOf = ({
  id,
  generationId,
  courseId,
  contentId,
  reviewPolicyId,
  reviewPolicy,
  ...definition
}: Exam): ExamDefinition => definition;

/** Events of the first generation do not name it. */
const generationOf = ({ id, generationId }: Exam) => (generationId === id ? {} : { generationId });

const revisedDefinition = (exam: Exam, changes: ReviseExam['data']['changes']): ExamDefinition => {
  const given = Object.entries(changes).filter(([name, value]) => name === 'dueDate' || (value ?? null) !== null);
  return { ...definitionOf(exam), ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) };
};

const isSame = (one: object, other: object) =>
  Object.entries(one).every(([name, value]) => (other as Record<string, unknown>)[name] === value);

const existingExam = (exam: Exam | null, { data: { examId } }: AnyExamCommand): Exam => {
  if (exam) return exam;
  throw new Refusal('exam_not_found', `There is no exam ${examId}.`);
};

const evolution: Handlers<Exam | null, ExamEvent, Exam> = {
  ExamCreated: (_, { data: { examId, at, ...exam } }) => ({
    id: examId,
    generationId: examId,
    ...exam,
    reviewPolicyId: null,
    reviewPolicy: null,
  }),
  ReviewPolicySet: (exam, { data: { policyId, policy } }) => ({
    ...exam!,
    reviewPolicyId: policyId,
    reviewPolicy: policy,
  }),
  ReviewPolicyRemoved: (exam) => ({ ...exam!, reviewPolicyId: null, reviewPolicy: null }),
  ExamRevised: (exam, { data: { examId, generationId, at, ...definition } }) => ({ ...exam!, ...definition }),
  ExamGenerationBegun: (exam, { data: { examId, at, ...generation } }) => ({ ...exam!, examType: null, ...generation }),
  ExamWithdrawn: (exam) => ({ ...exam!, isProctored: false, isActive: false }),
};

export const isExamEvent = (event: Event): event is ExamEvent => event.type in evolution;

export const evolveExam = (exam: Exam | null, event: ExamEvent): Exam => dispatch(evolution, exam, event);

export const exam: Decider<Exam | null, AnyExamCommand, ExamEvent> = {
  initial: null,

  decide: {
    CreateExam: (state, { data }) => (state ? [] : [{ type: 'ExamCreated', data }]),

    ReviseExam: (state, command) => {
      const { examId, at, changes } = command.data;
      const definition = revisedDefinition(existingExam(state, command), changes);
      if (isSame(definition, state!)) return [];
      return [{ type: 'ExamRevised', data: { examId, ...generationOf(state!), at, ...definition } }];
    },

    BeginExamGeneration: (state, command) => {
      existingExam(state, command);
      return [{ type: 'ExamGenerationBegun', data: command.data }];
    },

    SetReviewPolicy: (state, command) => {
      const { examId, policy, at } = command.data;
      const { reviewPolicy, reviewPolicyId } = existingExam(state, command);
      if (policy === (reviewPolicy ?? '')) return [];
      if (policy === '') return [{ type: 'ReviewPolicyRemoved', data: { examId, at } }];
      const policyId = reviewPolicyId ?? command.data.policyId;
      return [{ type: 'ReviewPolicySet', data: { ...command.data, policyId } }];
    },

    WithdrawExam: (state, command) => {
      const { examId, at } = command.data;
      const exam = existingExam(state, command);
      return exam.isActive ? [{ type: 'ExamWithdrawn', data: { examId, ...generationOf(exam), at } }] : [];
    },
  },

  evolve: evolution,
};
