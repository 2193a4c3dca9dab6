import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { ExamSettingsController } from './exam-settings.controller.js';
import { ExamsController } from './exams.controller.js';

@Module({
  imports: [CommandsModule],
  controllers: [ExamsController, ExamSettingsController],
})
export class ExamsModule {}
