import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { AllowanceGrants } from './allowance-grants.js';
import { AllowancesController } from './allowances.controller.js';
import { BulkAllowancesController } from './bulk-allowances.controller.js';
import { CourseAllowancesController } from './course-allowances.controller.js';
import { Learners } from './learners.js';

@Module({
  imports: [CommandsModule],
  controllers: [AllowancesController, BulkAllowancesController, CourseAllowancesController],
  providers: [AllowanceGrants, Learners],
  exports: [AllowanceGrants, Learners],
})
export class AllowancesModule {}
