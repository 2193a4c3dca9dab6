import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { AttemptActionsController } from './attempt-actions.controller.js';
import { AttemptActions } from './attempt-actions.js';

@Module({
  imports: [CommandsModule],
  controllers: [AttemptActionsController],
  providers: [AttemptActions],
})
export class AttemptActionsModule {}
