import { Body, Controller, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
import { ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { Database } from '#connections';
import { accessTokenFor, publicKeyFor, readAssertion, TokenRefused, useAssertion } from '#lti';
import { Gate } from '../auth/authentication.js';
import { Answers, Refuses } from '../document/answers.js';
import { integer, listOf, object, oneOf, text } from '../document/schemas.js';
import { existing, HttpAnswer } from '../http/http-answer.js';
import { Form } from '../requests/body.js';
import { LtiTools } from './lti-tools.js';

const keySet = object('ToolKeySet', {
  keys: listOf(object('ToolKey', { kty: oneOf('RSA'), key_ops: listOf(text), n: text, e: text, kid: text })),
});
const accessToken = object('ToolAccessToken', {
  access_token: text,
  token_type: oneOf('bearer'),
  expires_in: integer,
  scope: text,
});
const tokenError = object('ToolTokenError', { error: text });

/** Keys and access tokens for tools (edx-exams.md §8.7). */
@ApiTags('providers')
@Controller('lti/lti_consumer/v1')
export class ToolKeysController {
  constructor(
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly tools: LtiTools,
  ) {}

  @Get('public_keysets/:toolUuid')
  @Gate('anyone')
  @Header('Content-Disposition', 'attachment; filename=keyset.json')
  @ApiOperation({ summary: 'The public key of what this service signs for an LTI tool' })
  @Answers(200, keySet)
  @Refuses(404)
  getToolKeySet(@Param('toolUuid') uuid: string) {
    return { keys: [publicKeyFor(existing(this.tools.byUuid(uuid)).lti)] };
  }

  @Post('token/:toolUuid')
  @HttpCode(200)
  @Gate('anyone')
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiOperation({ summary: 'An access token for an LTI tool' })
  @Answers(200, accessToken)
  @Answers(400, tokenError)
  @Refuses(404)
  async getToolAccessToken(@Param('toolUuid') uuid: string, @Body() body: unknown) {
    const { lti } = existing(this.tools.byUuid(uuid));
    const form: Record<string, unknown> = body instanceof Form ? { ...body } : {};
    const names = ['grant_type', 'client_assertion_type', 'client_assertion', 'scope'];
    if (names.some((name) => typeof form[name] !== 'string')) throw tokenRefused('invalid_request');
    if (form.grant_type !== 'client_credentials') throw tokenRefused('unsupported_grant_type');
    const at = this.clock.now();
    try {
      const assertion = await readAssertion(this.tools.platform, lti, String(form.client_assertion), at);
      if (!(await useAssertion(this.database, lti.clientId, assertion))) throw new TokenRefused('invalid_grant');
    } catch (error) {
      throw error instanceof TokenRefused ? tokenRefused(error.reason) : error;
    }
    return accessTokenFor(this.tools.platform, lti, String(form.scope), at);
  }
}

const tokenRefused = (error: string) => new HttpAnswer(400, { error });
