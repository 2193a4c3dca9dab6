import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Clock } from '#clock';
import { Database } from '#connections';
import { AppendNotifier, EventStore, StoreOptions } from '#event-store';
import { projectInline } from '#read-models';
import { AttemptHandler } from './attempts/attempt.handler.js';
import { AttemptTimeouts } from './attempts/attempt-timeouts.js';
import { ManyCommands } from './attempts/many-commands.js';
import { claimRegistrations } from './attempts/orphaned-registrations.js';
import { OverdueAttempts } from './attempts/overdue-attempts.js';
import { StaffActions } from './attempts/staff-actions.js';
import { creditWrites } from './credit.js';
import { ConfigureExamsHandler, RegisterExamsHandler } from './exams/course-exams.handlers.js';
import { ChangeSettingsOfCourseHandler } from './exams/course-settings.handler.js';
import {
  AddExamHandler,
  ChangeExamHandler,
  PublishExamsHandler,
  SetExamReviewPolicyHandler,
} from './exams/exam.handlers.js';
import { ExamAppender } from './exams/exam-appender.js';
import { FactFinder } from './facts.js';
import { RetireLearnerHandler } from './learners/learner.handler.js';
import { MinutesGrants } from './learners/minutes-grants.js';

/** The service's event store: each append also writes the read models, in the same transaction. */
const eventStoreOf = (database: Database, options: StoreOptions = {}): EventStore => {
  const notifier = new AppendNotifier(database);
  const onAppend: StoreOptions['onAppend'] = (events) => {
    if (!options.dryRun) notifier.notify();
    options.onAppend?.(events);
  };
  return new EventStore(
    database,
    (stream, history, appended) => [
      ...projectInline(stream, history, appended),
      ...creditWrites(appended),
      ...claimRegistrations(appended),
    ],
    { ...options, onAppend },
  );
};

/** The write side. The application provides Database and Configuration globally. */
@Module({
  imports: [CqrsModule],
  providers: [
    { provide: EventStore, useFactory: eventStoreOf, inject: [Database, { token: StoreOptions, optional: true }] },
    { provide: Clock, useFactory: (database: Database) => new Clock(database), inject: [Database] },
    FactFinder,
    AttemptTimeouts,
    ManyCommands,
    MinutesGrants,
    OverdueAttempts,
    StaffActions,
    AttemptHandler,
    ExamAppender,
    AddExamHandler,
    ChangeExamHandler,
    PublishExamsHandler,
    RegisterExamsHandler,
    ConfigureExamsHandler,
    SetExamReviewPolicyHandler,
    ChangeSettingsOfCourseHandler,
    RetireLearnerHandler,
  ],
  exports: [
    CqrsModule,
    Clock,
    EventStore,
    FactFinder,
    AttemptTimeouts,
    ManyCommands,
    MinutesGrants,
    OverdueAttempts,
    StaffActions,
  ],
})
export class CommandsModule {}
