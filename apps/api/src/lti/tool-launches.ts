import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock } from '#clock';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { beginLaunch, type LaunchMessage, loginAddress, subOf } from '#lti';
import type { LtiProvider } from '#providers';
import { links } from '../http/links.js';
import { textsForAnswer } from '../texts/texts.js';
import { BrowserSessions } from './browser-sessions.js';
import { leavingPage, pageHeaders } from './lti-pages.js';
import { LtiTools } from './lti-tools.js';

type About = { userId: number; message: LaunchMessage; generationId: number; attemptId: number | null };

/** Leads a browser to a tool, or back to the exam. */
@Injectable()
export class ToolLaunches {
  constructor(
    private readonly clock: Clock,
    private readonly configuration: Configuration,
    private readonly database: Database,
    private readonly sessions: BrowserSessions,
    private readonly tools: LtiTools,
  ) {}

  /** The tool asks this service for the message as soon as the browser arrives there. */
  async lead(request: FastifyRequest, reply: FastifyReply, { lti }: LtiProvider, about: About) {
    const session = this.sessions.begin(request, reply, about.userId);
    const [sub, hint] = await Promise.all([
      subOf(this.database, about.userId),
      beginLaunch(this.database, { ...about, session: session.id }, this.clock.now()),
    ]);
    return this.go(request, reply, loginAddress(this.tools.platform, lti, sub, hint));
  }

  /** The exam in the learning front end, or in the LMS. */
  examAddress({ courseId, contentId }: { courseId: string; contentId: string }): string {
    return links.content(this.configuration.settings, courseId, contentId);
  }

  /** A request from inside of a frame moves the whole tab: tools and front ends do not work inside of the shell. */
  go(request: FastifyRequest, reply: FastifyReply, address: string) {
    const { 'sec-fetch-dest': destination, 'accept-language': language } = request.headers;
    if (destination !== 'iframe' && destination !== 'frame') return reply.redirect(address, 302);
    const texts = textsForAnswer(language, this.configuration.settings.languageCode, reply);
    return reply.headers({ ...pageHeaders, 'X-Frame-Options': 'SAMEORIGIN' }).send(leavingPage(address, texts));
  }
}
