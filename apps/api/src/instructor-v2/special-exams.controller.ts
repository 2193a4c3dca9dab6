import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#connections';
import { generationsOfCourse } from '#read-models';
import { Gate } from '../auth/authentication.js';
import { Surface } from '../auth/surfaces.js';
import { Answers, QueryParam } from '../document/answers.js';
import { instructorError, listOf, text } from '../document/schemas.js';
import { WholeNumber } from '../http/whole-number.js';
import { specialExam, specialExamJson, specialExamType } from './instructor-v2.answers.js';
import { specialExamOf } from './special-exams.js';

/** The exams of a course for the instructor dashboard (instructor-v2.md §3, I-1 and I-4). */
@Surface('instructor-v2')
@ApiTags('instructor dashboard')
@Controller('api/instructor/v2/courses/:courseId/special_exams')
export class SpecialExamsController {
  constructor(private readonly database: Database) {}

  @Get()
  @Gate('course', { logs: 'always' })
  @ApiOperation({ summary: "A course's special exams, inactive ones too" })
  @QueryParam('exam_type', text, 'proctored, practice or timed; all other texts mean all exams')
  @Answers(200, listOf(specialExam))
  async listSpecialExams(@Param('courseId') courseId: string, @Query('exam_type') given = '') {
    const type = given.trim().toLowerCase();
    const exams = await generationsOfCourse(this.database, courseId);
    const shown = exams.filter((exam) => {
      if (!exam.isCurrent) return false;
      if (type === 'timed') return !exam.isProctored;
      return (type !== 'proctored' && type !== 'practice') || specialExamType(exam) === type;
    });
    return shown.map(specialExamJson);
  }

  @Get(':examId')
  @Gate('course', { logs: 'always' })
  @ApiOperation({ summary: 'A special exam' })
  @Answers(200, specialExam)
  @Answers(404, instructorError)
  async getSpecialExam(@Param('courseId') courseId: string, @WholeNumber('examId') examId: string) {
    return specialExamJson(await specialExamOf(this.database, courseId, examId));
  }
}
