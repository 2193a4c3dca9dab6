import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { AppealQueueController } from './appeal-queue.controller.js';
import { AppealsController } from './appeals.controller.js';
import { AttemptTimelines } from './attempt-timelines.js';
import { MyAttemptsController } from './my-attempts.controller.js';

@Module({
  imports: [CommandsModule],
  controllers: [MyAttemptsController, AppealsController, AppealQueueController],
  providers: [AttemptTimelines],
})
export class AppealsModule {}
