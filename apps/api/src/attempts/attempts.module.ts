import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { ActiveExamsController } from './active-exams.controller.js';
import { AttemptDetailsController } from './attempt-details.controller.js';
import { AttemptListController } from './attempt-list.controller.js';
import { AttemptsController } from './attempts.controller.js';
import { GroupedAttemptsController } from './grouped-attempts.controller.js';
import { LearningSequenceController } from './learning-sequence.controller.js';
import { PollTimes } from './poll-times.js';
import { SequenceExams } from './sequence-exams.js';
import { Timer } from './timer.js';

@Module({
  imports: [CommandsModule],
  controllers: [
    AttemptsController,
    LearningSequenceController,
    ActiveExamsController,
    GroupedAttemptsController,
    AttemptListController,
    AttemptDetailsController,
  ],
  providers: [Timer, PollTimes, SequenceExams],
  exports: [Timer, PollTimes, SequenceExams],
})
export class AttemptsModule {}
