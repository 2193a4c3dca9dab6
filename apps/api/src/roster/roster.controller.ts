import { Body, Controller, Inject, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type pg from 'pg';
import { POOL } from '#commands';
import { upsertRoster } from '#platform';
import { Authentication, Gate } from '../authentication.js';
import { Answers, ReadsJson } from '../document/answers.js';
import { readable } from '../requests/body.js';
import { rosterErrors, rosterSchema, writtenCounts } from './roster.schemas.js';

@ApiTags('lms')
@Controller('api/lms/v1/roster')
export class RosterController {
  constructor(
    @Inject(POOL) private readonly pool: pg.Pool,
    private readonly authentication: Authentication,
  ) {}

  @Put()
  @Gate('staff', { scopes: ['roster:write'] })
  @ApiOperation({ summary: 'Describe people and courses: all of it is written, or nothing' })
  @ReadsJson(rosterSchema)
  @Answers(200, writtenCounts)
  @Answers(422, rosterErrors)
  async put(@Body() body: unknown) {
    const counts = await upsertRoster(this.pool, readable(body));
    this.authentication.forget();
    return counts;
  }
}
