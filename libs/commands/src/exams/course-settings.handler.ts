import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { v7 as uuid } from 'uuid';
import { type CourseSettings, courseConfiguration, decide, type Origin } from '#domain';
import { EventStore } from '#event-store';
import { currentRequestId } from '../request-id.js';
import { courseConfigurationOf, courseExamsStream } from '../streams.js';

/** Changes settings of a course; absent ones stay as they are. */
export class ChangeSettingsOfCourse extends Command<void> {
  constructor(
    readonly courseId: string,
    readonly settings: CourseSettings,
    readonly by: number,
    readonly at: string,
    readonly origin: Origin,
  ) {
    super();
  }
}

@CommandHandler(ChangeSettingsOfCourse)
export class ChangeSettingsOfCourseHandler implements ICommandHandler<ChangeSettingsOfCourse> {
  constructor(private readonly events: EventStore) {}

  async execute({ courseId, settings, by, at, origin }: ChangeSettingsOfCourse): Promise<void> {
    const stream = courseExamsStream(courseId);
    const metadata = { commandId: uuid(), ...currentRequestId(), actor: origin.actor, courseId };
    const data = { courseId, ...settings, by, at };
    await this.events.transact({ streams: [stream], metadata, key: origin.key }, (historyOf) => {
      const state = courseConfigurationOf(historyOf(stream));
      const events = decide(courseConfiguration, state, { type: 'ChangeCourseSettings', data });
      return { appends: [{ stream, events }], answer: null };
    });
  }
}
