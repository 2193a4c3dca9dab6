import { Body, Controller, Put, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { type Caller, rosterParts, upsertRoster } from '#roster';
import { accessOriginOf } from '../access/access-hooks.js';
import { rowCounter } from '../access/access-note.js';
import { Authentication, CurrentUser, Gate } from '../auth/authentication.js';
import { Answers, JsonRequestBody } from '../document/answers.js';
import { longLimitMs } from '../http/time-limits.js';
import { readable, rosterBody } from '../requests/body.js';
import { rosterErrors, rosterSchema, writtenCounts } from './roster.schemas.js';

@ApiTags('lms')
@Controller('api/lms/v1/roster')
export class RosterController {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly authentication: Authentication,
  ) {}

  @Put()
  @Gate('staff', {
    scopes: [...rosterParts.map((part) => `roster:${part}`), 'roster:write'],
    logs: 'always',
    largestBody: rosterBody,
    limitMs: longLimitMs,
  })
  @ApiOperation({ summary: 'Describe people and courses: all of it is written, or nothing' })
  @JsonRequestBody(rosterSchema)
  @Answers(200, writtenCounts)
  @Answers(422, rosterErrors)
  async putRoster(@Body() body: unknown, @CurrentUser() me: Caller, @Req() request: FastifyRequest) {
    const { retirementServiceWorkerUsername } = this.configuration.settings;
    const powers = { parts: partsFor(me), privilegedNames: [retirementServiceWorkerUsername] };
    const counts = await upsertRoster(this.database, readable(body), powers, accessOriginOf(request), request.client);
    rowCounter()(Object.values(counts).reduce((sum, count) => sum + count, 0));
    this.authentication.forget();
    return counts;
  }
}

/** Staff may write people and courses. Rights need their own scope, so that staff cannot make themselves superusers. */
const partsFor = ({ isSuperuser, isStaff, scopes }: Caller) => {
  const hasMost = isStaff || scopes.includes('roster:write');
  return rosterParts.filter(
    (part) => isSuperuser || scopes.includes(`roster:${part}`) || (hasMost && part !== 'rights'),
  );
};
