import { Injectable } from '@nestjs/common';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { generationOf } from '#domain';
import type { Platform } from '#lti';
import { type LtiProvider, ltiProvidersOf } from '#providers';
import { type AttemptRecord, generationById, type ListedGeneration } from '#read-models';

/** The tool of an attempt, with the generation of the exam that the attempt belongs to. */
export type ToolOfAttempt = { tool: LtiProvider | undefined; generation: ListedGeneration };

/** The LTI tools of the configuration. */
@Injectable()
export class LtiTools {
  constructor(
    private readonly configuration: Configuration,
    private readonly database: Database,
  ) {}

  get platform(): Platform {
    const { publicUrl, settings } = this.configuration;
    return { url: publicUrl, name: settings.platformName };
  }

  byId(id: string): LtiProvider | undefined {
    return this.find(({ lti }) => String(lti.id) === id);
  }

  byUuid(uuid: string): LtiProvider | undefined {
    return this.find(({ lti }) => lti.uuid === uuid);
  }

  byClientId(clientId: unknown): LtiProvider | undefined {
    return this.find(({ lti }) => lti.clientId === clientId);
  }

  of({ backend }: { backend: string | null }): LtiProvider | undefined {
    return this.find(({ name }) => name === backend);
  }

  /** The provider may have changed since the attempt began: its own generation says who proctors it. */
  async ofAttempt(attempt: AttemptRecord): Promise<ToolOfAttempt> {
    const generation = (await generationById(this.database, generationOf(attempt)))!;
    return { tool: attempt.takingAsProctored ? this.of(generation) : undefined, generation };
  }

  private find(isIt: (provider: LtiProvider) => boolean) {
    return ltiProvidersOf(this.configuration.settings).find(isIt);
  }
}
