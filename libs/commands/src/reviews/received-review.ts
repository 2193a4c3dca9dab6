import { Logger } from '@nestjs/common';
import type { CommandBus } from '@nestjs/cqrs';
import type { Configuration } from '#configuration';
import type { Database } from '#connections';
import {
  ApplyReview,
  type Attempt,
  commentsOf,
  isLongerThan,
  isStorable,
  limits,
  type Origin,
  parseReviewStatus,
  Refusal,
} from '#domain';
import type { EventStore } from '#event-store';
import { encryptIfChanged, fieldAtExam } from '#learner-keys';
import { encryptedVideoLink, providerOf, recordingLinkOf } from '#providers';
import { userByEmail } from '#roster';
import { latestLearnerAtExam } from '../streams.js';

const log = new Logger('Reviews');

export type ReviewedAttempt = Pick<Attempt, 'id' | 'examId' | 'userId' | 'attemptCode' | 'externalId'>;

/** A controller with these properties may pass itself. */
export type ReviewDependencies = {
  database: Database;
  configuration: Configuration;
  events: EventStore;
  commands: CommandBus;
};

/** A review of an attempt as it came in. `backend` is the provider whose format the payload has. */
export type ReceivedReview = {
  attempt: ReviewedAttempt;
  backend: string | null;
  payload: Record<string, unknown>;
  at: string;
  origin: Origin;
  /** The provider itself sent the review, so it may name one of its reviewers. */
  isProviders: boolean;
};

/** The group of users who review for this provider (rest-api.md §2.3). */
export const reviewGroupOf = (backend: string | null) => `${backend ?? 'None'}_review`;

type NormalizedReview = { status?: unknown; comments?: unknown; payload?: { videoReviewLink?: unknown } | null };

/** The encrypted part of a review. The link is encrypted with the provider's key. */
export type ReviewContent = { raw: object; comments: object[]; videoUrl?: string };

/** Brings a review into the common form, encrypts what may identify somebody, and applies it (domain.md §8.2). */
export async function receiveReview(deps: ReviewDependencies, received: ReceivedReview): Promise<void> {
  const { attempt, backend, payload, at, origin } = received;
  const { id, examId, userId, attemptCode } = attempt;
  const provider = providerOf(deps.configuration.settings, backend);
  const { normalizeReview, verboseName, videoReviewAesKey: key } = provider;
  const review = normalizeReview(payload, attempt) as NormalizedReview | undefined;
  if (!review) throw new Refusal('no_reviews', `${verboseName} sends no reviews.`);
  // The reference reports a wrong status before a wrong comment.
  const status = parseReviewStatus(review.status);
  const comments = commentsOf(review.comments);
  if (review.payload !== undefined && (Object(review.payload) !== review.payload || Array.isArray(review.payload)))
    throw new Refusal('bad_review_payload', 'payload: Expected a dictionary.');
  const given = review.payload?.videoReviewLink;
  refuseBadText('videoReviewLink', given, limits.text);
  const link = typeof given === 'string' && given !== '' ? recordingLinkOf(given, provider.recordingHosts) : undefined;
  if (given && link === undefined)
    log.warn({
      message: 'A link to a recording was dropped: see recording_hosts.',
      provider: provider.name,
      attemptId: id,
    });
  refuseBadText('reviewed_by', payload.reviewed_by, limits.name);
  const sealed: ReviewContent = {
    raw: withoutLinks(payload),
    comments,
    ...(link !== undefined && key ? { videoUrl: encryptedVideoLink(link, key) } : {}),
  };
  const data = {
    attemptId: id,
    attemptCode,
    status,
    reviewedBy: await reviewerOf(deps.database, received),
    commentCount: comments.length,
    sealed: await encryptUnlessSame(deps, attempt, JSON.stringify(sealed)),
    at,
  };
  await deps.commands.execute(new ApplyReview({ examId, userId }, data, origin));
}

/** A repeated review keeps its encrypted text, so that the decision sees that it is the same review. */
async function encryptUnlessSame({ database, events }: ReviewDependencies, attempt: ReviewedAttempt, review: string) {
  const before = (await latestLearnerAtExam(events, attempt)).reviews[attempt.id]?.sealed;
  return encryptIfChanged(database, attempt.userId, review, fieldAtExam(attempt, 'review'), before);
}

/** The person who judged: the sender of the review, or a reviewer of the provider that sends it. */
async function reviewerOf(
  database: Database,
  { payload: { reviewed_by: email }, backend, origin: { actor }, isProviders }: ReceivedReview,
): Promise<number | null> {
  if (typeof email !== 'string' || email === '') return null;
  const named = await userByEmail(database, email);
  if (!named) return null;
  const isSender = actor.kind === 'user' && actor.userId === named.id;
  return isSender || (isProviders && named.groups.includes(reviewGroupOf(backend))) ? named.id : null;
}

const refuseBadText = (field: string, value: unknown, max: number) => {
  if (typeof value !== 'string') return;
  if (isLongerThan(max, value))
    throw new Refusal('bad_review', `${field}: Ensure this field has no more than ${max} characters.`);
  if (!isStorable(value)) throw new Refusal('bad_review', `${field}: A character cannot be stored.`);
};

/** Removes links to recordings from both places where providers put them. */
function withoutLinks({ videoReviewLink, payload, ...raw }: Record<string, unknown>): object {
  if (payload === undefined) return raw;
  const { videoReviewLink: inner, ...rest } = payload as Record<string, unknown>;
  return { ...raw, payload: rest };
}
