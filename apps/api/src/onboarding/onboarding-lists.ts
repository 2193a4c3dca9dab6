import { Injectable } from '@nestjs/common';
import { Clock } from '#clock';
import { Configuration, userObfuscationKeyOf } from '#configuration';
import { Database, type PageOf } from '#connections';
import { onboardingSeenByStaff } from '#domain';
import { obscuredUserId } from '#providers';
import {
  onboardingCounts,
  onboardingFilter,
  onboardingOfLearners,
  type ProctoredLearner,
  proctoredLearners,
} from '#read-models';
import type { Onboarding } from './onboarding-exams.js';
import { onboardingAtProvider } from './provider-profiles.js';

const profileSwitch = 'edx_proctoring.onboarding_profile_instructor_dashboard_api';

/** The parameters of a list. `statuses` are separated by commas. */
export type Listing = { courseId: string; search: string; mode?: string; statuses?: string };
export type LearnersOnboarding = { learner: ProctoredLearner; status: string | null; modified: string | null };
type Listed = { count: number; rows: LearnersOnboarding[] };
type AtProvider = { learner: ProctoredLearner; status: string | null };

/** Pages of the onboarding of a course's learners, from the attempts or from the provider (rest-api.md §5.14). */
@Injectable()
export class OnboardingLists {
  constructor(
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly configuration: Configuration,
  ) {}

  get asksProvider(): boolean {
    return this.configuration.settings.switches[profileSwitch] ?? false;
  }

  /** Answers a function that reads a page. A provider answers all its learners at once, so it is asked here, once. */
  async of(onboarding: Onboarding, listing: Listing): Promise<(pageOf: PageOf) => Promise<Listed>> {
    if (!this.asksProvider) return (pageOf) => this.listed(onboarding, listing, pageOf);
    const atProvider = await this.allAtProvider(onboarding, listing);
    return (pageOf) => this.listedByProvider(atProvider, onboarding, listing, pageOf);
  }

  /** How many of the course's learners have each status and each enrolment mode. */
  async counts(onboarding: Onboarding, courseId: string) {
    const { words, modes } = await onboardingCounts(this.database, courseId, this.clock.now());
    if (!this.asksProvider) return { statuses: words, modes };
    const statuses = new Map<string | null, number>();
    for (const { status } of await this.allAtProvider(onboarding, { courseId, search: '' }))
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    return { statuses, modes };
  }

  private async listed({ exams }: Onboarding, { courseId, search, mode, statuses }: Listing, pageOf: PageOf) {
    const onboarding = statuses
      ? await onboardingFilter(this.database, courseId, statuses.split(','), this.clock.now())
      : undefined;
    const filter = { search, mode, onboarding };
    const { count, learners } = await proctoredLearners(this.database, courseId, filter, pageOf);
    return { count, rows: await this.rowsOf(learners, courseId, exams[0]!.backend) };
  }

  private async listedByProvider(
    atProvider: readonly AtProvider[],
    onboarding: Onboarding,
    listing: Listing,
    pageOf: PageOf,
  ) {
    const { offset, limit } = pageOf(atProvider.length);
    const shown = atProvider.slice(offset, offset + limit);
    const learners = shown.map(({ learner }) => learner);
    const rows = await this.rowsOf(learners, listing.courseId, onboarding.exams[0]!.backend);
    return { count: atProvider.length, rows: rows.map((row, index) => ({ ...row, status: shown[index]!.status })) };
  }

  private async allAtProvider({ exams, provider }: Onboarding, { courseId, search, mode, statuses }: Listing) {
    const { backend } = exams[0]!;
    const everybody = (all: number) => ({ offset: 0, limit: all });
    const { learners } = await proctoredLearners(this.database, courseId, { search, mode }, everybody);
    const known = new Map(learners.map((learner) => [this.obscured(learner.userId, backend), learner]));
    return onboardingAtProvider(provider, courseId, known, statuses);
  }

  private async rowsOf(learners: readonly ProctoredLearner[], courseId: string, backend: string | null) {
    const ids = learners.map(({ userId }) => userId);
    const known = await onboardingOfLearners(this.database, ids, courseId, backend, this.clock.now());
    return learners.map((learner) => {
      const { own, approved } = known.get(learner.userId)!;
      return { learner, ...onboardingSeenByStaff(own, approved) };
    });
  }

  private obscured(userId: number, backend: string | null): string {
    return obscuredUserId(userId, userObfuscationKeyOf(this.configuration), backend);
  }
}
