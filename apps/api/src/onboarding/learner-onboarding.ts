import { Injectable } from '@nestjs/common';
import { Clock } from '#clock';
import { Configuration, userObfuscationKeyOf } from '#configuration';
import { Database } from '#connections';
import { onboardingOf } from '#domain';
import { obscuredUserId, type Provider } from '#providers';
import { instant, onboardingOfLearners } from '#read-models';
import { type Caller, isOfCourse, userByName } from '#roster';
import { noteSubject } from '../access/access-note.js';
import { isStaffOf } from '../auth/authentication.js';
import { refused } from '../http/http-answer.js';
import { links } from '../http/links.js';
import { examsInOutline, noOnboarding, onboardingExamsOf } from './onboarding-exams.js';
import { profileOf } from './provider-profiles.js';

type Asked = { courseId: string; username?: string; isLearningMfe: boolean };

/** The onboarding of one learner in one course (rest-api.md §5.13). */
@Injectable()
export class LearnerOnboarding {
  constructor(
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly configuration: Configuration,
  ) {}

  async statusFor(me: Caller, asked: Asked) {
    const { status, expiresAt, link, when, opensAt, provider } = await this.of(me, asked, this.clock.now());
    return {
      onboarding_status: status,
      onboarding_link: when === 'open' ? link : null,
      expiration_date: expiresAt,
      onboarding_past_due: when === 'past_due',
      onboarding_release_date: instant(opensAt).replace('Z', '+00:00'),
      review_requirements_url: provider.helpCenterArticleUrl,
    };
  }

  /** The caller's onboarding in a course; staff may name another learner (domain.md §7.2). */
  async of(me: Caller, { courseId, username = '', isLearningMfe }: Asked, at: string) {
    const isOther = username !== '' && username !== me.username;
    if (isOther && !(await isStaffOf(this.database, me, courseId)))
      throw refused(403, 'Must be a Staff User to Perform this request.');
    const onboarding = await onboardingExamsOf(this.database, this.configuration, courseId);
    if (!onboarding) throw noOnboarding();
    const userId = isOther ? (await userByName(this.database, username))?.id : me.userId;
    if (userId !== undefined) noteSubject(userId);
    // Course staff see nothing about people of other courses.
    const isShown = !isOther || me.isStaff || (userId && (await isOfCourse(this.database, userId, courseId)));
    if (userId === undefined || !isShown) throw refused(400, `username: there is no user ${username}.`);

    const shown = await examsInOutline(this.database, onboarding.exams, userId, at);
    const chosen = (['open', 'future', 'past_due'] as const).flatMap(
      (when) => shown.find((each) => each.when === when) ?? [],
    )[0];
    if (!chosen) throw refused(404, 'There is no onboarding exam accessible to this user.');
    const { exam, when, opensAt } = chosen;
    const { provider } = onboarding;
    const { status, expiresAt } = await this.statusOf(userId, courseId, exam.backend, provider, at);
    const link = links.exam(this.configuration.settings, courseId, exam.contentId, isLearningMfe);
    return { status, expiresAt, link, when, opensAt, provider };
  }

  /** From the provider's profile of the learner if it has one and answers, else from the attempts (domain.md §7.2). */
  private async statusOf(userId: number, courseId: string, backend: string | null, provider: Provider, at: string) {
    const known = await onboardingOfLearners(this.database, [userId], courseId, backend, at);
    const { own, approved } = known.get(userId)!;
    const { status, expiresAt } = onboardingOf(own, approved);
    const stored = { status, expiresAt: instant(expiresAt) };
    if (!this.configuration.settings.useOnboardingProfileApi) return stored;
    const obscured = obscuredUserId(userId, userObfuscationKeyOf(this.configuration), backend);
    const profile = await profileOf(provider, courseId, obscured);
    return profile ? { status: profile.status, expiresAt: profile.expirationDate } : stored;
  }
}
