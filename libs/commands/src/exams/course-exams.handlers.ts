import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import type { AnyExamCommand, Exam } from '#domain';
import { examTypeOf, fieldsOfType } from '#domain';
import { nextIds } from '#event-store';
import { configuredProvider } from '#providers';
import { configurationOfCourse, examsOfCourse } from '#read-models';
import { ConfigureExams, RegisterExams } from './course-exams.commands.js';
import { retryDuplicate } from './exam.handlers.js';
import { ExamAppender } from './exam-appender.js';

@CommandHandler(RegisterExams)
export class RegisterExamsHandler implements ICommandHandler<RegisterExams> {
  constructor(
    private readonly database: Database,
    private readonly appender: ExamAppender,
  ) {}

  /** @throws UnknownProviders */
  execute(command: RegisterExams): Promise<void> {
    return retryDuplicate(() => this.register(command));
  }

  private async register({ courseId, provider, exams, at, origin }: RegisterExams): Promise<void> {
    const existing = new Map((await examsOfCourse(this.database, courseId)).map((exam) => [exam.contentId, exam]));
    const ids = await nextIds(this.database, 'exam_ids', exams.length);
    const commands: AnyExamCommand[] = exams.map((exam, index) => {
      const generationId = ids[index]!;
      const examId = existing.get(exam.contentId)?.id ?? generationId;
      return { type: 'RegisterExam', data: { ...exam, examId, generationId, courseId, provider, at } };
    });
    const listed = new Set(exams.map(({ contentId }) => contentId));
    for (const { id, contentId, isActive } of existing.values())
      if (isActive && !listed.has(contentId))
        commands.push({ type: 'ReviseExam', data: { examId: id, changes: { isActive: false }, at } });
    await this.appender.append(courseId, commands, origin);
  }
}

@CommandHandler(ConfigureExams)
export class ConfigureExamsHandler implements ICommandHandler<ConfigureExams> {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly appender: ExamAppender,
  ) {}

  async execute({ courseId, provider, escalationEmail, by, at, origin }: ConfigureExams): Promise<void> {
    const before = await configurationOfCourse(this.database, courseId);
    const commands = before.provider === provider ? [] : await this.switches(courseId, provider, at);
    const data = { courseId, provider, escalationEmail, by, at };
    await this.appender.append(courseId, commands, origin, { type: 'ConfigureCourseExams', data });
  }

  /** Without a provider of LTI proctoring, the rules of edx-proctoring hold, and its default provider. */
  private async switches(courseId: string, provider: string | null, at: string): Promise<AnyExamCommand[]> {
    const active = (await examsOfCourse(this.database, courseId)).filter(({ isActive }) => isActive);
    const ids = await nextIds(this.database, 'exam_ids', active.length);
    return active.map((exam, index) => {
      const backend = provider ?? this.appender.defaultBackend;
      const examType = provider === null ? null : fieldsOfType(this.typeOf(exam)).examType;
      return {
        type: 'SwitchExamProvider',
        data: { examId: exam.id, generationId: ids[index]!, backend, examType, at },
      };
    });
  }

  private typeOf(exam: Exam) {
    const provider = configuredProvider(this.configuration.settings, exam.backend);
    return examTypeOf(exam, provider?.supportsOnboarding ?? false);
  }
}
