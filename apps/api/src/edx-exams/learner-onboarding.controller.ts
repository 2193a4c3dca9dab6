import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#connections';
import { configurationOfCourse } from '#read-models';
import type { Caller } from '#roster';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { Surface } from '../auth/surfaces.js';
import { Answers, QueryParam } from '../document/answers.js';
import { detail, either, failure, text } from '../document/schemas.js';
import { HttpAnswer } from '../http/http-answer.js';
import { LearnerOnboarding } from '../onboarding/learner-onboarding.js';
import { onboardingStatus } from '../onboarding/onboarding.answers.js';

/** A learner's onboarding, for courses without a provider of LTI proctoring (edx-exams.md §5.13). */
@ApiTags('onboarding')
@Controller('api/v1/student/course_id/:courseId/onboarding')
@Surface('edx-exams')
export class LearnerOnboardingController {
  constructor(
    private readonly database: Database,
    private readonly onboarding: LearnerOnboarding,
  ) {}

  @Get()
  @Gate('login', { logs: 'others' })
  @ApiOperation({ summary: "The caller's onboarding in a course; staff may name another learner" })
  @Answers(200, onboardingStatus)
  @Answers(404, either(text, detail))
  @Answers(502, failure)
  @QueryParam('username', text)
  async getStudentOnboarding(
    @CurrentUser() me: Caller,
    @Param('courseId') courseId: string,
    @Query('username') username?: string,
  ) {
    if ((await configurationOfCourse(this.database, courseId)).provider !== null) throw new HttpAnswer(404);
    return this.onboarding.statusFor(me, { courseId, username, isLearningMfe: true });
  }
}
