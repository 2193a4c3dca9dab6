import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#connections';
import { type Caller, visibleCourses } from '#roster';
import { CurrentUser, Gate, hasRights } from '../auth/authentication.js';
import { Answers, QueryParam } from '../document/answers.js';
import { text } from '../document/schemas.js';
import { auditor } from '../history/auditors.js';
import { courseList, currentUser } from './people.answers.js';

const mostCourses = 50;

/** A client asks these routes about its user before it shows anything. */
@ApiTags('people')
@Controller('api/exams/v1')
export class PeopleController {
  constructor(private readonly database: Database) {}

  @Get('me')
  @Gate('login')
  @ApiOperation({ summary: 'The caller, and what the caller may do' })
  @Answers(200, currentUser)
  async getCurrentUser(@CurrentUser() me: Caller) {
    const [course] = await visibleCourses(this.database, me.userId, { limit: 1 });
    return {
      user_id: me.userId,
      username: me.username,
      name: me.name,
      is_global_staff: me.isStaff,
      is_superuser: me.isSuperuser,
      is_course_staff: course !== undefined,
      is_auditor: hasRights(me, auditor.scopes),
    };
  }

  @Get('courses')
  @Gate('login')
  @QueryParam('search', text, 'A part of the id or of the name')
  @ApiOperation({ summary: 'The courses whose staff the caller is; for global staff and auditors, all courses' })
  @Answers(200, courseList)
  async getCourses(@CurrentUser() me: Caller, @Query() { search = '' }: { search?: string }) {
    const userId = hasRights(me, auditor.scopes) ? undefined : me.userId;
    const found = await visibleCourses(this.database, userId, { search, limit: mostCourses + 1 });
    return { courses: found.slice(0, mostCourses), more: found.length > mostCourses };
  }
}
