import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { AllowancesModule } from '../allowances/allowances.module.js';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { ExamsModule } from '../exams/exams.module.js';
import { OnboardingModule } from '../onboarding/onboarding.module.js';
import { ExtraMinutesController } from './allowances.controller.js';
import { ExamAttemptsController } from './attempts.controller.js';
import { CourseConfigurationController } from './course-configuration.controller.js';
import { CourseExamsOfEdxController } from './course-exams.controller.js';
import { ExamAccessTokensController } from './exam-access-tokens.controller.js';
import { ExamAccessTokens } from './exam-access-tokens.js';
import { ExamAttemptListController } from './exam-attempt-list.controller.js';
import { KeySetController } from './key-set.controller.js';
import { LatestAttemptController } from './latest-attempt.controller.js';
import { LearnerOnboardingController } from './learner-onboarding.controller.js';
import { ProviderSettingsController } from './provider-settings.controller.js';
import { ProvidersController } from './providers.controller.js';
import { StudentAttempts } from './student-attempts.js';
import { StudentExamController } from './student-exam.controller.js';

/** The surface of edx-exams (docs/reference/edx-exams.md). */
@Module({
  imports: [CommandsModule, AllowancesModule, AttemptsModule, ExamsModule, OnboardingModule],
  controllers: [
    CourseExamsOfEdxController,
    CourseConfigurationController,
    ProvidersController,
    ProviderSettingsController,
    LearnerOnboardingController,
    ExtraMinutesController,
    ExamAccessTokensController,
    ExamAttemptListController,
    KeySetController,
    LatestAttemptController,
    ExamAttemptsController,
    StudentExamController,
  ],
  providers: [ExamAccessTokens, StudentAttempts],
})
export class EdxExamsModule {}
