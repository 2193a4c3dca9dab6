import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { CourseOnboardingController } from './course-onboarding.controller.js';
import { LearnerOnboarding } from './learner-onboarding.js';
import { MyOnboardingController } from './my-onboarding.controller.js';
import { OnboardingController } from './onboarding.controller.js';
import { OnboardingLists } from './onboarding-lists.js';

@Module({
  imports: [CommandsModule],
  controllers: [OnboardingController, CourseOnboardingController, MyOnboardingController],
  providers: [LearnerOnboarding, OnboardingLists],
  exports: [LearnerOnboarding],
})
export class OnboardingModule {}
