import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { CommandsModule } from '#commands';
import { Configuration, databaseOf, dataSourceOptions } from '#configuration';
import { Database } from '#connections';
import { UserRow } from '#roster';
import { AccessController } from './access/access.controller.js';
import { AccessInterceptor } from './access/access.interceptor.js';
import { AccessLog } from './access/access-log.js';
import { Admission } from './admission/admission.js';
import { AllowancesController } from './allowances/allowances.controller.js';
import { BulkAllowancesController } from './allowances/bulk-allowances.controller.js';
import { Learners } from './allowances/learners.js';
import { ActiveExamsController } from './attempts/active-exams.controller.js';
import { AttemptsController } from './attempts/attempts.controller.js';
import { GroupedAttemptsController } from './attempts/grouped-attempts.controller.js';
import { LearningSequenceController } from './attempts/learning-sequence.controller.js';
import { Timer } from './attempts/timer.js';
import { Authentication, GateGuard } from './auth/authentication.js';
import { CsrfController } from './browsers/csrf.controller.js';
import { FrontPageController } from './browsers/front-page.controller.js';
import { ExamSettingsController } from './exams/exam-settings.controller.js';
import { ExamsController } from './exams/exams.controller.js';
import { Draining } from './health/draining.js';
import { HealthController } from './health/health.controller.js';
import { Metrics, MetricsController } from './health/metrics.js';
import { OperationsPort } from './health/operations-port.js';
import { Writability } from './health/writability.js';
import { HistoryController } from './history/history.controller.js';
import { ErrorFilter } from './http/errors.filter.js';
import { IdempotencyInterceptor } from './http/idempotency.js';
import { InstructorController } from './instructor/instructor.controller.js';
import { StudentViewController } from './interstitials/student-view.controller.js';
import { StudentViews } from './interstitials/student-views.js';
import { ExamCookies } from './launch/exam-cookies.js';
import { LaunchController } from './launch/launch.controller.js';
import { OnboardingController } from './onboarding/onboarding.controller.js';
import { RetirementController } from './retirement/retirement.controller.js';
import { AnonymousReviewsController } from './reviews/anonymous-reviews.controller.js';
import { CallbackSenders } from './reviews/callback-senders.js';
import { ReviewsController } from './reviews/reviews.controller.js';
import { RosterController } from './roster/roster.controller.js';

@Module({})
class ApiModule {}

/** Everything that answers requests. The configuration and the one pool of connections are there for all modules. */
export const apiModule = (configuration: Configuration, databaseUrl: string): DynamicModule => ({
  module: ApiModule,
  global: true,
  imports: [
    TypeOrmModule.forRoot({ ...dataSourceOptions(databaseUrl), entities: [UserRow], retryAttempts: 0 }),
    TypeOrmModule.forFeature([UserRow]),
    CommandsModule,
  ],
  controllers: [
    ExamsController,
    AttemptsController,
    LearningSequenceController,
    ReviewsController,
    AnonymousReviewsController,
    AllowancesController,
    BulkAllowancesController,
    ActiveExamsController,
    GroupedAttemptsController,
    StudentViewController,
    OnboardingController,
    InstructorController,
    RetirementController,
    ExamSettingsController,
    LaunchController,
    HistoryController,
    AccessController,
    RosterController,
    HealthController,
    MetricsController,
    CsrfController,
    FrontPageController,
  ],
  providers: [
    CallbackSenders,
    ExamCookies,
    { provide: Configuration, useValue: configuration },
    { provide: Database, inject: [DataSource], useFactory: databaseOf },
    AccessLog,
    Authentication,
    Timer,
    StudentViews,
    Learners,
    Metrics,
    Writability,
    Draining,
    OperationsPort,
    { provide: Admission, useFactory: () => new Admission() },
    { provide: APP_FILTER, useClass: ErrorFilter },
    { provide: APP_GUARD, useClass: GateGuard },
    { provide: APP_INTERCEPTOR, useClass: AccessInterceptor },
    { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
  ],
  exports: [Configuration, Database],
});
