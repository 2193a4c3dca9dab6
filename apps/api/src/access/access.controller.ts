import { applyDecorators, Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type AccessFilter, accessOutcomes, newestAccesses, readAccessLog } from '#access-log';
import { Database } from '#connections';
import { Gate } from '../auth/authentication.js';
import { Answers, QueryParam } from '../document/answers.js';
import { idNumber, oneOf, text, time } from '../document/schemas.js';
import { Exports, exported } from '../http/exports.js';
import { refused } from '../http/http-answer.js';
import { idIn } from '../requests/ids.js';
import { timeCursor, timeCursorIn, timeIn, wordIn } from '../requests/queries.js';
import { foundAccesses } from './access.answers.js';

const object = /^(user|attempt|exam|course|callback|provider|learner-key):[^\s]{1,255}$/;

const pageSize = 50;

const columns = [
  ...['cursor', 'id', 'at', 'action', 'outcome', 'status', 'request_id', 'token_id', 'user_id', 'os_user', 'operator'],
  ...['objects', 'rows', 'times', 'rights'],
];

const Filters = (summary: string) =>
  applyDecorators(
    ApiOperation({ summary }),
    QueryParam('user_id', idNumber, 'Only entries of this user'),
    QueryParam(
      'object',
      { ...text, pattern: object.source },
      'Only entries about this object: `user:7`, `attempt:12`, `course:…`',
    ),
    QueryParam('outcome', oneOf(...accessOutcomes)),
    QueryParam('request_id', text, 'Only entries of this request'),
    QueryParam('from', time, 'Only entries of this time or later'),
    QueryParam('until', time, 'Only entries before this time'),
  );

@ApiTags('audit')
@Controller('api/audit/v1/access')
export class AccessController {
  constructor(private readonly database: Database) {}

  @Get()
  @Gate('staff', { scopes: ['audit:read'], logs: 'export' })
  @Filters('The access log: refusals, and uses of rights over data of others; one entry a line')
  @Exports(timeCursor)
  exportAccessLog(@Query() query: Record<string, string>) {
    return exported(readAccessLog(this.database, filterIn(query)), columns, query);
  }

  @Get('search')
  @Gate('staff', { scopes: ['audit:read'], logs: 'always' })
  @Filters('A page of the access log, the newest entry first')
  @Answers(200, foundAccesses)
  @QueryParam('after', timeCursor, '`next` of the page before')
  async searchAccessLog(@Query() query: Record<string, string>) {
    const { entries, next } = await newestAccesses(this.database, filterIn(query), pageSize);
    return { results: entries, next };
  }
}

function filterIn({ object: wanted, ...query }: Record<string, string>): AccessFilter {
  if (wanted !== undefined && !object.test(wanted)) throw refused(400, 'object: not <kind>:<id>.');
  return {
    userId: idIn(query.user_id, 'user_id'),
    object: wanted,
    outcome: wordIn(query.outcome, accessOutcomes, 'outcome'),
    requestId: query.request_id,
    from: timeIn(query.from, 'from'),
    until: timeIn(query.until, 'until'),
    after: timeCursorIn(query.after),
  };
}
