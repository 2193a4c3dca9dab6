import { type Decider, dispatch, type Handlers } from '../decider.js';
import type { Event } from '../event.js';
import { Refusal } from '../refusal.js';
import type { AnyExamCommand, ReviseExam } from './exam.commands.js';
import type { ExamDefinition, ExamEvent } from './exam.events.js';
import { examTypeOf, fieldsOfType } from './exam-type.js';

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
const namedGeneration = ({ id, generationId }: Exam) => (generationId === id ? {} : { generationId });

const revisedDefinition = (exam: Exam, changes: ReviseExam['data']['changes']): ExamDefinition => {
  const given = Object.entries(changes).filter(([name, value]) => name === 'dueDate' || (value ?? null) !== null);
  return { ...definitionOf(exam), ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) };
};

const revision = (exam: Exam, changes: ReviseExam['data']['changes'], at: string): ExamEvent[] => {
  const definition = revisedDefinition(exam, changes);
  if (isSame(definition, exam)) return [];
  return [{ type: 'ExamRevised', data: { examId: exam.id, ...namedGeneration(exam), at, ...definition } }];
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
      const { changes, at } = command.data;
      return revision(existingExam(state, command), changes, at);
    },

    /** Another type or provider, or the return of an exam, begins a generation (edx-exams.md §5.1). */
    RegisterExam: (exam, { data }) => {
      const { examId, generationId, courseId, contentId, provider, examType, at, ...changes } = data;
      const type = fieldsOfType(examType);
      const backend = type.isProctored ? provider : null;
      const definition = { ...changes, ...type, externalId: null, backend };
      if (!exam) return [{ type: 'ExamCreated', data: { examId, courseId, contentId, ...definition, at } }];
      if (!exam.isActive && !changes.isActive) return [];
      const stays = exam.isActive && examTypeOf(exam, false) === examType && (backend ?? exam.backend) === exam.backend;
      if (stays) return revision(exam, changes, at);
      return [{ type: 'ExamGenerationBegun', data: { examId: exam.id, generationId, ...definition, at } }];
    },

    SwitchExamProvider: (state, command) => {
      const { backend } = command.data;
      const exam = existingExam(state, command);
      if (!exam.isActive || exam.backend === backend) return [];
      const generation = { ...definitionOf(exam), externalId: null, ...command.data };
      return [{ type: 'ExamGenerationBegun', data: generation }];
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
      return exam.isActive ? [{ type: 'ExamWithdrawn', data: { examId, ...namedGeneration(exam), at } }] : [];
    },
  },

  evolve: evolution,
};
