import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { AllowancesController } from './allowances.controller.js';
import { BulkAllowancesController } from './bulk-allowances.controller.js';
import { Learners } from './learners.js';

@Module({
  imports: [CommandsModule],
  controllers: [AllowancesController, BulkAllowancesController],
  providers: [Learners],
})
export class AllowancesModule {}
