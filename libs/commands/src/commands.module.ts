import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type pg from 'pg';
import { Clock } from '#clock';
import { AppendNotifier, EventStore } from '#event-store';
import { projectInline } from '#read-models';
import { AttemptHandler } from './attempts/attempt.handler.js';
import { AttemptTimeouts } from './attempts/attempt-timeouts.js';
import { claims } from './attempts/orphaned-registrations.js';
import { OverdueAttempts } from './attempts/overdue-attempts.js';
import { creditWrites } from './credit.js';
import {
  AddExamHandler,
  ChangeExamHandler,
  ExamAppender,
  PublishExamsHandler,
  SetExamReviewPolicyHandler,
} from './exams/exam.handlers.js';
import { FactFinder } from './facts.js';
import { RetireLearnerHandler } from './learners/learner.handler.js';
import { ReplayCallbackHandler, ReviewByCodeHandler } from './reviews/callback.handlers.js';
import { ReviewHandler } from './reviews/review.handler.js';
import { POOL } from './tokens.js';

/** The event store as the service uses it: every append writes the read models in its own transaction. */
export const eventStoreOf = (pool: pg.Pool): EventStore =>
  new EventStore(
    pool,
    (stream, history, appended) => [
      ...projectInline(stream, history, appended),
      ...creditWrites(appended),
      ...claims(appended),
    ],
    { onAppend: new AppendNotifier(pool).notify },
  );

/** The write side. The application provides POOL and CONFIGURATION globally. */
@Module({
  imports: [CqrsModule],
  providers: [
    { provide: EventStore, useFactory: eventStoreOf, inject: [POOL] },
    { provide: Clock, useFactory: (pool: pg.Pool) => new Clock(pool), inject: [POOL] },
    FactFinder,
    AttemptTimeouts,
    OverdueAttempts,
    AttemptHandler,
    ExamAppender,
    AddExamHandler,
    ChangeExamHandler,
    PublishExamsHandler,
    SetExamReviewPolicyHandler,
    RetireLearnerHandler,
    ReviewHandler,
    ReviewByCodeHandler,
    ReplayCallbackHandler,
  ],
  exports: [CqrsModule, Clock, EventStore, FactFinder, AttemptTimeouts, OverdueAttempts],
})
export class CommandsModule {}
