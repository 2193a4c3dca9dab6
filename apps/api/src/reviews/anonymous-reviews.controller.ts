import { Controller, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Clock } from '#clock';
import { receiveReviewByCode } from '#commands';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { EventStore } from '#event-store';
import { Gate } from '../auth/authentication.js';
import { Answers, JsonRequestBody, Refuses } from '../document/answers.js';
import { oneOf } from '../document/schemas.js';
import { refused } from '../http/http-answer.js';
import { readBody } from '../requests/body.js';
import { bodyObject } from '../requests/body-object.js';
import { CallbackSenders, originOfSender } from './callback-senders.js';
import { SoftwareSecureReview } from './reviews.requests.js';
import { withQuarantine } from './with-quarantine.js';

/**
 * Software Secure sends its reviews here. It does not log in; a secret in the path, or its address, identifies it
 * (rest-api.md §5.23).
 */
@ApiTags('providers')
@Controller('api/edx_proctoring')
export class AnonymousReviewsController {
  constructor(
    private readonly clock: Clock,
    private readonly senders: CallbackSenders,
    readonly database: Database,
    readonly configuration: Configuration,
    readonly events: EventStore,
    readonly commands: CommandBus,
  ) {}

  @Post('proctoring_review_callback/')
  @Gate('anyone', { keepsBytes: true, priority: 'start', logs: 'always' })
  @ApiOperation({ summary: 'A review of Software Secure, by the code of the attempt, from an address of the provider' })
  @JsonRequestBody(SoftwareSecureReview)
  @Answers(200, oneOf('OK'))
  @Refuses(400, 403)
  sendReviewFromAddress(@Req() request: FastifyRequest) {
    return this.receive(request, undefined);
  }

  @Post('proctoring_review_callback/:secret/')
  @Gate('anyone', { keepsBytes: true, priority: 'start', logs: 'always' })
  @ApiOperation({
    summary: "A review of Software Secure, by the code of the attempt; the path has the provider's secret",
  })
  @JsonRequestBody(SoftwareSecureReview)
  @Answers(200, oneOf('OK'))
  @Refuses(400, 403)
  sendReviewWithSecret(@Req() request: FastifyRequest, @Param('secret') secret: string) {
    return this.receive(request, secret);
  }

  private async receive(request: FastifyRequest, secret: string | undefined) {
    const provider = this.senders.identifyByPath(secret, request);
    refuseBasic(request.headers.authorization ?? '');
    const { bytes = Buffer.alloc(0) } = request;
    await withQuarantine(this.database, { route: 'review_callback', provider, bytes }, async () => {
      // The body is JSON; its content type is ignored.
      const payload = bodyObject(await readBody('application/json', bytes));
      const origin = originOfSender({ provider }, request);
      await receiveReviewByCode(this, { payload, providers: [provider], at: this.clock.now(), origin });
    });
    return 'OK';
  }
}

/** This service has no passwords, so it refuses all credentials of the kind Basic. It ignores other kinds. */
function refuseBasic(authorization: string) {
  const [scheme = '', credentials, ...more] = authorization.trim().split(/\s+/);
  if (scheme.toLowerCase() !== 'basic') return;
  if (credentials === undefined) throw refused(403, 'Invalid basic header. No credentials provided.');
  if (more.length > 0) throw refused(403, 'Invalid basic header. Credentials string should not contain spaces.');
  // Python's decoder skips other characters.
  if (credentials.replace(/[^A-Za-z0-9+/=]/g, '').length % 4 !== 0)
    throw refused(403, 'Invalid basic header. Credentials not correctly base64 encoded.');
  throw refused(403, 'Invalid username/password.');
}
