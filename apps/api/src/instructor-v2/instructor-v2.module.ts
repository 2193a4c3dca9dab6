import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { AllowancesModule } from '../allowances/allowances.module.js';
import { InstructorAllowances } from './instructor-allowances.js';
import { ProctoringSettingsController } from './proctoring-settings.controller.js';
import { SpecialExamAllowancesController } from './special-exam-allowances.controller.js';
import { SpecialExamAttemptsController } from './special-exam-attempts.controller.js';
import { SpecialExamsController } from './special-exams.controller.js';

@Module({
  imports: [CommandsModule, AllowancesModule],
  controllers: [
    SpecialExamsController,
    SpecialExamAttemptsController,
    SpecialExamAllowancesController,
    ProctoringSettingsController,
  ],
  providers: [InstructorAllowances],
})
export class InstructorV2Module {}
