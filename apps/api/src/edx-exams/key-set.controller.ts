import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Gate } from '../auth/authentication.js';
import { Answers } from '../document/answers.js';
import { keySet } from './exam-access-tokens.answers.js';
import { ExamAccessTokens } from './exam-access-tokens.js';

@ApiTags('lms')
@Controller('.well-known/jwks.json')
export class KeySetController {
  constructor(private readonly tokens: ExamAccessTokens) {}

  @Get()
  @Gate('anyone')
  @ApiOperation({ summary: 'The public keys of access tokens, for the LMS' })
  @Answers(200, keySet)
  getKeySet() {
    return this.tokens.keySet();
  }
}
