import { Inject } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type pg from 'pg';
import type { Configuration } from '#configuration';
import { ApplyReview, commentsOf, keptStatusOf, type Origin, Refusal } from '#domain';
import { seal, userByEmail } from '#platform';
import { providerOf } from '#providers';
import type { AttemptRecord } from '#read-models';
import { CONFIGURATION, POOL } from '../tokens.js';

/** A provider's review of an attempt, as it came in. */
export class ReceiveReview {
  constructor(
    readonly attempt: AttemptRecord,
    readonly payload: Record<string, unknown>,
    readonly at: string,
    readonly origin: Origin,
  ) {}
}

type NormalizedReview = { status?: unknown; comments?: unknown; payload?: { videoReviewLink?: unknown } | null };

/** Brings a review into the common form, seals what may identify somebody, applies it (domain.md §8.2). */
@CommandHandler(ReceiveReview)
export class ReviewHandler implements ICommandHandler<ReceiveReview> {
  constructor(
    @Inject(POOL) private readonly pool: pg.Pool,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    private readonly commands: CommandBus,
  ) {}

  async execute({ attempt, payload, at, origin }: ReceiveReview): Promise<void> {
    const { id, examId, userId, attemptCode, exam } = attempt;
    const review = providerOf(this.configuration.settings, exam.backend).normalizeReview(
      payload,
      attempt,
    ) as NormalizedReview;
    keptStatusOf(review.status); // a bad word is told before a bad comment
    const comments = commentsOf(review.comments);
    if (review.payload !== undefined && (Object(review.payload) !== review.payload || Array.isArray(review.payload)))
      throw new Refusal('bad_review_payload', 'payload: Expected a dictionary.');
    const { videoReviewLink, ...raw } = payload;
    const sealed = JSON.stringify({ raw, comments, videoUrl: review.payload?.videoReviewLink });
    const data = {
      attemptId: id,
      attemptCode,
      status: review.status,
      reviewedBy: await this.reviewerOf(payload),
      commentCount: comments.length,
      sealed: await seal(this.pool, userId, sealed),
      at,
    };
    await this.commands.execute(new ApplyReview({ examId, userId }, data, origin));
  }

  private async reviewerOf({ reviewed_by: email }: Record<string, unknown>): Promise<number | null> {
    if (typeof email !== 'string' || email === '') return null;
    return (await userByEmail(this.pool, email))?.id ?? null;
  }
}
