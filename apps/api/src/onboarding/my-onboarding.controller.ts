import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#connections';
import { coursesWithOnboarding } from '#read-models';
import type { Caller } from '#roster';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { Answers } from '../document/answers.js';
import { myOnboarding } from './onboarding.answers.js';

@ApiTags('onboarding')
@Controller('api/exams/v1/me/onboarding')
export class MyOnboardingController {
  constructor(private readonly database: Database) {}

  @Get()
  @Gate('login', { logs: 'refusals' })
  @ApiOperation({ summary: "The caller's courses with an onboarding exam; each has a panel of its own" })
  @Answers(200, myOnboarding)
  async listMyOnboarding(@CurrentUser() me: Caller) {
    const courses = await coursesWithOnboarding(this.database, me.userId);
    return { results: courses.map(({ courseId, name }) => ({ course_id: courseId, course_name: name })) };
  }
}
