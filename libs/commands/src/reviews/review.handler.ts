import { Logger } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import {
  type Actor,
  ApplyReview,
  type Attempt,
  commentsOf,
  isLongerThan,
  isStorable,
  keptStatusOf,
  limits,
  type Origin,
  Refusal,
} from '#domain';
import { EventStore } from '#event-store';
import { decryptFor, encryptFor, fieldAtExam } from '#learner-keys';
import { encryptedVideoLink, providerOf, recordingLinkOf } from '#providers';
import { userByEmail } from '#roster';
import { learnerAtExamOf, learnerAtExamStream } from '../streams.js';

const log = new Logger('Reviews');

export type ReviewedAttempt = Pick<Attempt, 'id' | 'examId' | 'userId' | 'attemptCode' | 'externalId'>;

/** A provider's review of an attempt, as it came in; `backend` is the provider whose format it has. */
export class ReceiveReview extends Command<void> {
  constructor(
    readonly attempt: ReviewedAttempt,
    readonly backend: string | null,
    readonly payload: Record<string, unknown>,
    readonly at: string,
    readonly origin: Origin,
    /** The provider itself sends it, and so may name one of its reviewers. */
    readonly isProviders: boolean,
  ) {
    super();
  }
}

/** The group of those who review for this provider (rest-api.md §2.3). */
export const reviewGroupOf = (backend: string | null) => `${backend ?? 'None'}_review`;

type NormalizedReview = { status?: unknown; comments?: unknown; payload?: { videoReviewLink?: unknown } | null };

/** The encrypted part of a review. The link is encrypted with the provider's key. */
export type SealedReview = { raw: object; comments: object[]; videoUrl?: string };

/** Brings a review into the common form, seals what may identify somebody, applies it (domain.md §8.2). */
@CommandHandler(ReceiveReview)
export class ReviewHandler implements ICommandHandler<ReceiveReview> {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly events: EventStore,
    private readonly commands: CommandBus,
  ) {}

  async execute({ attempt, backend, payload, at, origin, isProviders }: ReceiveReview): Promise<void> {
    const { id, examId, userId, attemptCode } = attempt;
    const provider = providerOf(this.configuration.settings, backend);
    const { normalizeReview, verboseName, videoReviewAesKey: key } = provider;
    const review = normalizeReview(payload, attempt) as NormalizedReview | undefined;
    if (!review) throw new Refusal('no_reviews', `${verboseName} sends no reviews.`);
    keptStatusOf(review.status); // a bad word is told before a bad comment
    const comments = commentsOf(review.comments);
    if (review.payload !== undefined && (Object(review.payload) !== review.payload || Array.isArray(review.payload)))
      throw new Refusal('bad_review_payload', 'payload: Expected a dictionary.');
    const given = review.payload?.videoReviewLink;
    refuseOdd('videoReviewLink', given, limits.text);
    const link =
      typeof given === 'string' && given !== '' ? recordingLinkOf(given, provider.recordingHosts) : undefined;
    if (given && link === undefined)
      log.warn({
        message: 'A link to a recording was dropped: see recording_hosts.',
        provider: provider.name,
        attemptId: id,
      });
    refuseOdd('reviewed_by', payload.reviewed_by, limits.name);
    const sealed: SealedReview = {
      raw: withoutLinks(payload),
      comments,
      ...(link !== undefined && key ? { videoUrl: encryptedVideoLink(link, key) } : {}),
    };
    const data = {
      attemptId: id,
      attemptCode,
      status: review.status,
      reviewedBy: await this.reviewerOf(payload, backend, origin.actor, isProviders),
      commentCount: comments.length,
      sealed: await this.sealedOnce(attempt, JSON.stringify(sealed)),
      at,
    };
    await this.commands.execute(new ApplyReview({ examId, userId }, data, origin));
  }

  /** A review that comes once more keeps its text, so that the decision sees that it is the same. */
  private async sealedOnce({ id, examId, userId }: ReviewedAttempt, review: string): Promise<string> {
    const stream = learnerAtExamStream({ examId, userId });
    const { sealed } = learnerAtExamOf((await this.events.latest([stream])).get(stream)!).reviews[id] ?? {};
    const place = fieldAtExam({ examId, userId }, 'review');
    const isSame = sealed && (await decryptFor(this.database, userId, sealed, place)) === review;
    return isSame ? sealed : encryptFor(this.database, userId, review, place);
  }

  /** The person who judged: the one who sends the review, or a reviewer of the provider that sends it. */
  private async reviewerOf(
    { reviewed_by: email }: Record<string, unknown>,
    backend: string | null,
    actor: Actor,
    isProviders: boolean,
  ): Promise<number | null> {
    if (typeof email !== 'string' || email === '') return null;
    const named = await userByEmail(this.database, email);
    if (!named) return null;
    const isSender = actor.kind === 'user' && actor.userId === named.id;
    return isSender || (isProviders && named.groups.includes(reviewGroupOf(backend))) ? named.id : null;
  }
}

const refuseOdd = (field: string, value: unknown, most: number) => {
  if (typeof value !== 'string') return;
  if (isLongerThan(most, value))
    throw new Refusal('bad_review', `${field}: Ensure this field has no more than ${most} characters.`);
  if (!isStorable(value)) throw new Refusal('bad_review', `${field}: A character cannot be stored.`);
};

/** Links to recordings are redacted where providers put them: at the top, and in `payload`. */
function withoutLinks({ videoReviewLink, payload, ...raw }: Record<string, unknown>): object {
  if (payload === undefined) return raw;
  const { videoReviewLink: inner, ...rest } = payload as Record<string, unknown>;
  return { ...raw, payload: rest };
}
