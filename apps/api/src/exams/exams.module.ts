import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { CourseExamsController } from './course-exams.controller.js';
import { ExamSettingsController } from './exam-settings.controller.js';
import { ExamsController } from './exams.controller.js';

@Module({
  imports: [CommandsModule],
  controllers: [ExamsController, ExamSettingsController, CourseExamsController],
})
export class ExamsModule {}
