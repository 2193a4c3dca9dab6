import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Database } from '#connections';
import { type AnyExamCommand, Refusal } from '#domain';
import { examById, examsOfCourse } from '#read-models';
import { AddExam, ChangeExam, PublishExams, type PublishedExam, SetExamReviewPolicy } from './exam.commands.js';
import { ExamAppender } from './exam-appender.js';

const alreadyExists = (courseId: string, contentId: string) =>
  new Refusal(
    'exam_already_exists',
    `Attempted to create proctored exam with course_id=${courseId} and content_id=${contentId}, but this exam already exists.`,
  );

const isDuplicate = (error: unknown) => (error as { constraint?: string }).constraint === 'exam_is_unique_in_course';

/** Tries again if another request has created one of the exams meanwhile. Now it exists and can be changed. */
export async function retryDuplicate<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isDuplicate(error)) return work();
    throw error;
  }
}

@CommandHandler(AddExam)
export class AddExamHandler implements ICommandHandler<AddExam> {
  constructor(private readonly appender: ExamAppender) {}

  /** @returns the new exam's id @throws Refusal exam_already_exists */
  async execute({ exam, at, origin }: AddExam): Promise<number> {
    const examId = await this.appender.nextId();
    const data = { examId, ...exam, dueDate: null, backend: this.appender.defaultBackend, at };
    try {
      return (await this.appender.append(exam.courseId, [{ type: 'CreateExam', data }], origin))[0]!;
    } catch (error) {
      throw isDuplicate(error) ? alreadyExists(exam.courseId, exam.contentId) : error;
    }
  }
}

@CommandHandler(ChangeExam)
export class ChangeExamHandler implements ICommandHandler<ChangeExam> {
  constructor(
    private readonly database: Database,
    private readonly appender: ExamAppender,
  ) {}

  /** @returns the exam's id @throws Refusal exam_not_found, UnknownProviders */
  async execute({ examId, changes, at, origin }: ChangeExam): Promise<number> {
    const exam = await examById(this.database, examId);
    if (!exam)
      throw new Refusal('exam_not_found', `Attempted to update exam_id=${examId}, but this exam does not exist.`);
    const command = { type: 'ReviseExam', data: { examId: exam.id, changes, at } } as const;
    return (await this.appender.append(exam.courseId, [command], origin))[0]!;
  }
}

@CommandHandler(SetExamReviewPolicy)
export class SetExamReviewPolicyHandler implements ICommandHandler<SetExamReviewPolicy> {
  constructor(
    private readonly database: Database,
    private readonly appender: ExamAppender,
  ) {}

  /** @throws Refusal exam_not_found */
  async execute({ examId, policy, setBy, at, origin }: SetExamReviewPolicy): Promise<void> {
    const exam = await examById(this.database, examId);
    if (!exam) throw new Refusal('exam_not_found', `There is no exam ${examId}.`);
    const policyId = await this.appender.nextId('review_policy_ids');
    const data = { examId: exam.id, policyId, policy, setBy, at };
    await this.appender.append(exam.courseId, [{ type: 'SetReviewPolicy', data }], origin);
  }
}

@CommandHandler(PublishExams)
export class PublishExamsHandler implements ICommandHandler<PublishExams> {
  constructor(
    private readonly database: Database,
    private readonly appender: ExamAppender,
  ) {}

  /** @returns the listed exams' ids, in order @throws Refusal exam_already_exists if one is listed twice, UnknownProviders */
  execute(command: PublishExams): Promise<number[]> {
    return retryDuplicate(() => this.publish(command));
  }

  private async publish({ courseId, exams, at, origin }: PublishExams): Promise<number[]> {
    const existing = new Map((await examsOfCourse(this.database, courseId)).map((exam) => [exam.contentId, exam]));
    const listed = new Set<string>();
    const commands: AnyExamCommand[] = [];
    for (const exam of exams) {
      if (listed.has(exam.contentId)) throw alreadyExists(courseId, exam.contentId);
      listed.add(exam.contentId);
      const before = existing.get(exam.contentId);
      commands.push(
        before ? revise(before.id, exam, at) : create(await this.appender.nextId(), courseId, exam, this.appender, at),
      );
    }
    for (const exam of existing.values())
      if (exam.isActive && !listed.has(exam.contentId))
        commands.push({ type: 'WithdrawExam', data: { examId: exam.id, at } });
    return (await this.appender.append(courseId, commands, origin)).slice(0, exams.length);
  }
}

const revise = (examId: number, { contentId, ...changes }: PublishedExam, at: string): AnyExamCommand => ({
  type: 'ReviseExam',
  data: { examId, changes, at },
});

const create = (
  examId: number,
  courseId: string,
  exam: PublishedExam,
  { defaultBackend }: ExamAppender,
  at: string,
): AnyExamCommand => ({
  type: 'CreateExam',
  data: {
    ...exam,
    examId,
    courseId,
    externalId: exam.externalId ?? null,
    backend: exam.backend ?? defaultBackend,
    at,
  },
});
