import { applyDecorators, Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type AccessFilter, accessOutcomes, newestAccesses, readAccessLog } from '#access-log';
import { Database } from '#connections';
import { instantOf } from '#domain';
import { Gate } from '../auth/authentication.js';
import { Answers, QueryParam } from '../document/answers.js';
import { oneOf, text, time, userIdNumber } from '../document/schemas.js';
import { Exports, exported } from '../http/exports.js';
import { refused } from '../http/http-answer.js';
import { idIn } from '../requests/ids.js';
import { foundAccesses } from './access.answers.js';

const object = /^(user|attempt|exam|course|callback|provider|learner-key):[^\s]{1,255}$/;

const cursor = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z,\d{1,15}$/;

const pageSize = 50;

const columns = [
  ...['cursor', 'id', 'at', 'action', 'outcome', 'status', 'request_id', 'token_id', 'user_id', 'os_user', 'operator'],
  ...['objects', 'rows', 'times', 'rights'],
];

const Filters = (summary: string) =>
  applyDecorators(
    ApiOperation({ summary }),
    QueryParam('user_id', userIdNumber, 'Only entries of this user'),
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
  @Exports({ ...text, pattern: cursor.source })
  exportAccessLog(@Query() query: Record<string, string>) {
    return exported(readAccessLog(this.database, filterIn(query)), columns, query);
  }

  @Get('search')
  @Gate('staff', { scopes: ['audit:read'], logs: 'always' })
  @Filters('A page of the access log, the newest entry first')
  @Answers(200, foundAccesses)
  @QueryParam('after', { ...text, pattern: cursor.source }, '`next` of the page before')
  async searchAccessLog(@Query() query: Record<string, string>) {
    const { entries, next } = await newestAccesses(this.database, filterIn(query), pageSize);
    return { results: entries, next };
  }
}

function filterIn({
  user_id,
  object: wanted,
  outcome,
  request_id,
  from,
  until,
  after,
}: Record<string, string>): AccessFilter {
  if (after !== undefined && !(cursor.test(after) && instantOf(after.split(',')[0])))
    throw refused(400, 'after: not the cursor of a line.');
  if (wanted !== undefined && !object.test(wanted)) throw refused(400, 'object: not <kind>:<id>.');
  if (outcome !== undefined && !accessOutcomes.some((each) => each === outcome))
    throw refused(400, 'outcome: not an outcome.');
  const times = Object.entries({ from, until }).map(([name, given]) => {
    const at = given === undefined ? undefined : instantOf(given);
    if (given !== undefined && at === undefined) throw refused(400, `${name}: not an ISO 8601 time.`);
    return at;
  });
  return {
    ...{ userId: idIn(user_id, 'user_id'), object: wanted, outcome, requestId: request_id },
    ...{ from: times[0], until: times[1], after },
  };
}
