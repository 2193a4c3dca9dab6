import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { OnboardingController } from './onboarding.controller.js';

@Module({
  imports: [CommandsModule],
  controllers: [OnboardingController],
})
export class OnboardingModule {}
