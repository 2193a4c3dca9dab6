import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Configuration } from '#configuration';
import { ltiProvidersOf } from '#providers';
import { Gate } from '../auth/authentication.js';
import { Surface } from '../auth/surfaces.js';
import { Answers, QueryParam } from '../document/answers.js';
import { listOf, object, text } from '../document/schemas.js';

const provider = object('LtiProvider', { name: text, verbose_name: text, lti_configuration_id: text });

/** The providers that a course may choose: the LTI tools (edx-exams.md §5.3). */
@ApiTags('exams')
@Controller('api/v1')
@Surface('edx-exams')
export class ProvidersController {
  constructor(private readonly configuration: Configuration) {}

  @Get('providers')
  @Gate('anyone')
  @ApiOperation({ summary: 'The providers that a course may choose' })
  @QueryParam('org', text, 'Leaves out the providers of other organizations')
  @Answers(200, listOf(provider))
  listLtiProviders(@Query('org') org?: string) {
    return ltiProvidersOf(this.configuration.settings)
      .filter(({ lti }) => !org || lti.org === null || lti.org === org)
      .map(({ name, verboseName, lti }) => ({
        name,
        verbose_name: verboseName,
        lti_configuration_id: String(lti.id),
      }));
  }
}
