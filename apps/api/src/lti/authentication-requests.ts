import { Injectable } from '@nestjs/common';
import { Clock } from '#clock';
import { Database } from '#connections';
import {
  type BegunLaunch,
  endAssessment,
  instructorLaunch,
  keepProctoring,
  openLaunch,
  signedFor,
  startProctoring,
  subOf,
  useLaunch,
} from '#lti';
import type { LtiProvider } from '#providers';
import { attemptById, generationById, type ListedGeneration } from '#read-models';
import type { BrowserSession } from './browser-sessions.js';
import { LtiTools } from './lti-tools.js';
import { ToolLaunches } from './tool-launches.js';

type Message = { redirectUri: string; state: string; idToken: string };

const longest = 2_000;
const textOf = (value: unknown) =>
  typeof value === 'string' && value !== '' && value.length <= longest ? value : undefined;

/** Answers a tool's OpenID authentication request (edx-exams.md §8.3) with the message of a launch. */
@Injectable()
export class AuthenticationRequests {
  constructor(
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly launches: ToolLaunches,
    private readonly tools: LtiTools,
  ) {}

  /** Undefined if the request is refused. A launch is used up only by a good request. */
  async answer(query: Record<string, unknown>, session: BrowserSession | undefined): Promise<Message | undefined> {
    const [hint, loginHint, nonce, state, redirectUri] = [
      ...['lti_message_hint', 'login_hint', 'nonce', 'state', 'redirect_uri'],
    ].map((name) => textOf(query[name]));
    if (!hint || !loginHint || !nonce || !state || !redirectUri || !session) return undefined;
    const at = this.clock.now();
    const launch = await openLaunch(this.database, hint, at);
    if (!launch || launch.session !== session.id || launch.userId !== session.userId) return undefined;
    const generation = await generationById(this.database, launch.generationId);
    const provider = generation && this.tools.of(generation);
    if (provider?.lti.clientId !== query.client_id || !provider?.lti.redirectUrls.includes(redirectUri))
      return undefined;
    const sub = await subOf(this.database, launch.userId);
    if (loginHint !== sub || !(await this.isThere(launch))) return undefined;
    if (!(await useLaunch(this.database, hint, at))) return undefined;
    const claims = await this.messageOf(launch, provider, generation!, sub);
    return { redirectUri, state, idToken: await signedFor(provider.lti, { ...claims, nonce }, at) };
  }

  /** The attempt may have been removed since. */
  private async isThere({ attemptId }: BegunLaunch): Promise<boolean> {
    return attemptId === null || (await attemptById(this.database, attemptId)) !== undefined;
  }

  private async messageOf(launch: BegunLaunch, { lti }: LtiProvider, generation: ListedGeneration, sub: string) {
    const { platform } = this.tools;
    const { id: generationId, courseId, contentId } = generation;
    const about = { sub, generationId, courseId, contentId };
    if (launch.message === 'instructor') return instructorLaunch(platform, lti, about);
    if (launch.message === 'end') return endAssessment(platform, lti, about, this.launches.examAddress(generation));
    const proctored = { ...launch, attemptId: launch.attemptId! };
    return startProctoring(platform, lti, about, await keepProctoring(this.database, proctored, this.clock.now()));
  }
}
