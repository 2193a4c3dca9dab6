import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock } from '#clock';
import { Configuration, cookieSecretOf } from '#configuration';
import { cookieValue } from '../browsers/csrf-tokens.js';
import { signedCookie, verifiedCookie } from '../launch/signed-cookie.js';

/** The browser of a person who went to a tool. It comes back from there without the LMS' cookies. */
export type BrowserSession = { id: string; userId: number };

const cookie = 'edx_exams_sessionid';
const validSeconds = 14 * 24 * 3600;

@Injectable()
export class BrowserSessions {
  constructor(
    private readonly clock: Clock,
    private readonly configuration: Configuration,
  ) {}

  /** The session of a request. Undefined if there is none, or it has expired. */
  of({ headers }: Pick<FastifyRequest, 'headers'>): BrowserSession | undefined {
    const signed = verifiedCookie(cookie, cookieValue(headers, cookie) ?? '', cookieSecretOf(this.configuration));
    const [, userId, id] = /^(\d+)-([-\w]+)$/.exec(signed?.value ?? '') ?? [];
    const age = Date.parse(this.clock.now()) - Date.parse(signed?.at ?? '');
    return id && age < validSeconds * 1000 ? { id, userId: Number(userId) } : undefined;
  }

  /** Goes on with the user's session in this browser, or begins one. */
  begin(request: Pick<FastifyRequest, 'headers'>, reply: FastifyReply, userId: number): BrowserSession {
    const known = this.of(request);
    const session = known?.userId === userId ? known : { id: randomBytes(24).toString('base64url'), userId };
    const value = signedCookie(cookie, `${userId}-${session.id}`, cookieSecretOf(this.configuration), this.clock.now());
    // A tool posts back from another site. A browser sends the cookie then only if it may be used by other sites.
    const crossSite = this.configuration.publicUrl.startsWith('https:') ? 'SameSite=None; Secure' : 'SameSite=Lax';
    reply.header('Set-Cookie', `${cookie}=${value}; HttpOnly; Max-Age=${validSeconds}; Path=/; ${crossSite}`);
    return session;
  }
}
