import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Configuration } from '#configuration';
import { Gate } from '../auth/authentication.js';
import { Answers } from '../document/answers.js';
import { object, text } from '../document/schemas.js';
import { masked, newSecret, secretIn } from './csrf-tokens.js';

const yearSeconds = 52 * 7 * 24 * 3600;
/** Clients of the two surfaces read the cookie under the name of the service that they know (edx-exams.md §1.2). */
const cookieNames = ['csrftoken', 'edx_exams_csrftoken'];

/** Micro front ends get a token from each host before they write to it. */
@ApiTags('browsers')
@Controller('csrf/api/v1/token')
export class CsrfController {
  constructor(private readonly configuration: Configuration) {}

  @Get()
  @Gate('anyone')
  @ApiOperation({
    summary:
      'The token for the header `X-CSRFToken`, and the cookies `csrftoken` and `edx_exams_csrftoken` that it belongs to',
  })
  @Answers(200, object('CsrfToken', { csrfToken: text }))
  getCsrfToken(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const known = cookieNames.map((name) => secretIn(request.headers, name));
    const secret = known.find((each) => each !== undefined) ?? newSecret();
    const secure = this.configuration.settings.https === 'on' ? '; Secure' : '';
    // A second cookie of the same name would make it unclear which one counts.
    for (const [index, name] of cookieNames.entries())
      if (known[index] !== secret)
        reply.header('Set-Cookie', `${name}=${secret}; Path=/; Max-Age=${yearSeconds}; SameSite=Lax${secure}`);
    return { csrfToken: masked(secret) };
  }
}
