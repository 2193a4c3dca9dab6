import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { ActiveExamsController } from './active-exams.controller.js';
import { AttemptsController } from './attempts.controller.js';
import { GroupedAttemptsController } from './grouped-attempts.controller.js';
import { LearningSequenceController } from './learning-sequence.controller.js';
import { Timer } from './timer.js';

@Module({
  imports: [CommandsModule],
  controllers: [AttemptsController, LearningSequenceController, ActiveExamsController, GroupedAttemptsController],
  providers: [Timer],
  exports: [Timer],
})
export class AttemptsModule {}
