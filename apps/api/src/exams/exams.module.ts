import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { CourseExamsController } from './course-exams.controller.js';
import { ExamRegistration } from './exam-registration.js';
import { ExamSettingsController } from './exam-settings.controller.js';
import { ExamSettings } from './exam-settings.js';
import { ExamsController } from './exams.controller.js';

@Module({
  imports: [CommandsModule],
  controllers: [ExamsController, ExamSettingsController, CourseExamsController],
  providers: [ExamRegistration, ExamSettings],
  exports: [ExamRegistration, ExamSettings],
})
export class ExamsModule {}
