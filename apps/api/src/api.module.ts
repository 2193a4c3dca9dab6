import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { type Configuration, databaseModule } from '#configuration';
import { AccessInterceptor } from './access/access.interceptor.js';
import { AccessModule } from './access/access.module.js';
import { AdmissionModule } from './admission/admission.module.js';
import { AllowancesModule } from './allowances/allowances.module.js';
import { AppealsModule } from './appeals/appeals.module.js';
import { AttemptActionsModule } from './attempt-actions/attempt-actions.module.js';
import { AttemptsModule } from './attempts/attempts.module.js';
import { AuthModule } from './auth/auth.module.js';
import { GateGuard } from './auth/authentication.js';
import { BrowsersModule } from './browsers/browsers.module.js';
import { EdxExamsModule } from './edx-exams/edx-exams.module.js';
import { ExamPagesModule } from './exam-pages/exam-pages.module.js';
import { ExamsModule } from './exams/exams.module.js';
import { HealthModule } from './health/health.module.js';
import { HistoryModule } from './history/history.module.js';
import { ErrorFilter } from './http/errors.filter.js';
import { IdempotencyInterceptor } from './http/idempotency.js';
import { InstructorModule } from './instructor/instructor.module.js';
import { InstructorV2Module } from './instructor-v2/instructor-v2.module.js';
import { InterstitialsModule } from './interstitials/interstitials.module.js';
import { LaunchModule } from './launch/launch.module.js';
import { LtiModule } from './lti/lti.module.js';
import { MerkleLogModule } from './merkle-log/merkle-log.module.js';
import { OnboardingModule } from './onboarding/onboarding.module.js';
import { OperationsModule } from './operations/operations.module.js';
import { OwnAttemptsModule } from './own-attempts/own-attempts.module.js';
import { RetirementModule } from './retirement/retirement.module.js';
import { ReviewsModule } from './reviews/reviews.module.js';
import { RosterModule } from './roster/roster.module.js';
import { RunningAttemptsModule } from './running-attempts/running-attempts.module.js';

@Module({
  imports: [
    ExamsModule,
    AttemptActionsModule,
    AttemptsModule,
    RunningAttemptsModule,
    ReviewsModule,
    AppealsModule,
    OwnAttemptsModule,
    AllowancesModule,
    InterstitialsModule,
    ExamPagesModule,
    EdxExamsModule,
    OnboardingModule,
    InstructorModule,
    InstructorV2Module,
    RetirementModule,
    LaunchModule,
    LtiModule,
    HistoryModule,
    MerkleLogModule,
    AccessModule,
    OperationsModule,
    RosterModule,
    HealthModule,
    BrowsersModule,
    AdmissionModule,
    AuthModule,
  ],
  providers: [
    { provide: APP_FILTER, useClass: ErrorFilter },
    { provide: APP_GUARD, useClass: GateGuard },
    { provide: APP_INTERCEPTOR, useClass: AccessInterceptor },
    { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
  ],
})
class ApiModule {}

/** Everything that answers requests. */
export const apiModule = (configuration: Configuration, databaseUrl: string): DynamicModule => ({
  module: ApiModule,
  imports: [databaseModule(configuration, databaseUrl)],
});
