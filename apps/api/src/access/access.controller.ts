import { Readable } from 'node:stream';
import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type AccessFilter, readAccessLog } from '#access-log';
import { Database } from '#connections';
import { instantOf } from '#domain';
import { Gate } from '../auth/authentication.js';
import { Answers, QueryParam } from '../document/answers.js';
import { text, time, userIdNumber } from '../document/schemas.js';
import { refused } from '../http/http-answer.js';
import { idIn } from '../requests/ids.js';
import { rowCounter } from './access-note.js';

const object = /^(user|attempt|exam|course|callback|provider):[^\s]{1,255}$/;

@ApiTags('audit')
@Controller('api/audit/v1/access')
export class AccessController {
  constructor(private readonly database: Database) {}

  @Get()
  @Gate('staff', { scopes: ['audit:read'], logs: 'export' })
  @ApiOperation({ summary: 'The access log: refusals, and uses of rights over data of others; one entry a line' })
  @Answers(200, text, { type: 'application/x-ndjson' })
  @QueryParam('user_id', userIdNumber, 'Only entries of this user')
  @QueryParam(
    'object',
    { ...text, pattern: object.source },
    'Only entries about this object: `user:7`, `attempt:12`, `course:…`',
  )
  @QueryParam('from', time, 'Only entries of this time or later')
  @QueryParam('until', time, 'Only entries before this time')
  async exportAccessLog(@Query() query: Record<string, string>): Promise<StreamableFile> {
    const pages = readAccessLog(this.database, filterIn(query));
    // If the database is unreachable, the answer is an error, not a file that breaks off.
    const first = await pages.next();
    return new StreamableFile(Readable.from(linesOf(first, pages, rowCounter())), { type: 'application/x-ndjson' });
  }
}

type Pages = ReturnType<typeof readAccessLog>;

async function* linesOf(first: Awaited<ReturnType<Pages['next']>>, pages: Pages, count: (rows: number) => void) {
  count(0);
  for (let page = first; !page.done; page = await pages.next()) {
    count(page.value.length);
    yield page.value.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  }
}

function filterIn({ user_id, object: wanted, from, until }: Record<string, string>): AccessFilter {
  if (wanted !== undefined && !object.test(wanted)) throw refused(400, 'object: not <kind>:<id>.');
  const times = Object.entries({ from, until }).map(([name, given]) => {
    const at = given === undefined ? undefined : instantOf(given);
    if (given !== undefined && at === undefined) throw refused(400, `${name}: not an ISO 8601 time.`);
    return at;
  });
  return { userId: idIn(user_id, 'user_id'), object: wanted, from: times[0], until: times[1] };
}
