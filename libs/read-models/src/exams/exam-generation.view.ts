import type { Event, ExamDefinition, ExamEvent } from '#domain';
import type { RecordedEvent } from '#event-store';
import type { Projection } from '../projection.js';

/** A generation of an exam with its last definition. The id of an exam's first generation is the exam's. */
export type ExamGeneration = ExamDefinition & { id: number; examId: number; courseId: string; contentId: string };

const changing = ['ExamCreated', 'ExamRevised', 'ExamGenerationBegun', 'ExamWithdrawn'] as const;
type GenerationEvent = Extract<ExamEvent, { type: (typeof changing)[number] }>;
const isOfGeneration = (event: Event): event is GenerationEvent => (changing as readonly string[]).includes(event.type);

const idOf = ({ data }: Pick<GenerationEvent, 'data'>): number =>
  'generationId' in data && data.generationId !== undefined ? data.generationId : data.examId;

export const examGenerationProjection: Projection = {
  table: 'exam_generations',
  fields: [
    'id',
    'examId',
    'courseId',
    'contentId',
    'examName',
    'timeLimitMins',
    'dueDate',
    'isProctored',
    'isPracticeExam',
    'isActive',
    'hideAfterDue',
    'externalId',
    'backend',
    'examType',
  ],
  idOf: (event) => (isOfGeneration(event) ? idOf(event) : undefined),
  evolve: (row: ExamGeneration | undefined, event: RecordedEvent<GenerationEvent>): ExamGeneration => {
    if (event.type === 'ExamWithdrawn') return { ...row!, isProctored: false, isActive: false };
    // The events of a later generation have these two only in their metadata.
    const { courseId, contentId } = (row ?? event.metadata) as ExamGeneration;
    return { ...row, courseId, contentId, ...event.data, id: idOf(event) };
  },
};
