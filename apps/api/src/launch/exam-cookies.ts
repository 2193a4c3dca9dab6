import { Injectable } from '@nestjs/common';
import { Configuration, cookieSecretOf } from '#configuration';
import { isIncomplete } from '#domain';
import type { AttemptRecord } from '#read-models';
import { Timer } from '../attempts/timer.js';
import { signedCookie, verifiedCookie } from './signed-cookie.js';

/** A cookie is valid for the exam's minutes and these hours, because a learner may start later. */
const hoursToStart = 12;

/** The cookie `exam` shows that the browser is a secure one. It is valid for one attempt, until completion or expiry. */
@Injectable()
export class ExamCookies {
  constructor(
    private readonly timer: Timer,
    private readonly configuration: Configuration,
  ) {}

  /** The header that sets the cookie. */
  async headerFor(attempt: AttemptRecord, at: string): Promise<string> {
    const cookie = signedCookie('exam', attempt.attemptCode, cookieSecretOf(this.configuration), at);
    const secure = this.configuration.settings.https === 'on' ? '; Secure' : '';
    return `exam=${cookie}; Path=/; Max-Age=${await this.secondsFor(attempt, at)}; HttpOnly; SameSite=Lax${secure}`;
  }

  async isValidFor(cookie: string, attempt: AttemptRecord, at: string): Promise<boolean> {
    const verified = verifiedCookie('exam', cookie, cookieSecretOf(this.configuration));
    if (verified?.value !== attempt.attemptCode || !isIncomplete(attempt.status)) return false;
    const age = (Date.parse(at) - Date.parse(verified.at)) / 1000;
    return age <= (await this.secondsFor(attempt, at));
  }

  private async secondsFor(attempt: AttemptRecord, at: string): Promise<number> {
    return ((await this.timer.minutesOf(attempt, at)) + hoursToStart * 60) * 60;
  }
}
