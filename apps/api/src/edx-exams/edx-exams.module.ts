import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { Learners } from '../allowances/learners.js';
import { ExtraMinutesController } from './allowances.controller.js';
import { ExamAccessTokensController } from './exam-access-tokens.controller.js';
import { ExamAccessTokens } from './exam-access-tokens.js';
import { InstructorViewController } from './instructor-view.controller.js';
import { KeySetController } from './key-set.controller.js';

/** The surface of edx-exams (docs/reference/edx-exams.md). */
@Module({
  imports: [CommandsModule],
  controllers: [ExamAccessTokensController, ExtraMinutesController, InstructorViewController, KeySetController],
  providers: [ExamAccessTokens, Learners],
})
export class EdxExamsModule {}
