import { Inject } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type pg from 'pg';
import {
  type Attempt,
  evolveAttempt,
  isAttemptEvent,
  isLongerThan,
  limits,
  type Origin,
  printed,
  Refusal,
} from '#domain';
import { EventStore } from '#event-store';
import { quarantinedCallback } from '#platform';
import { attemptByCode, attemptsByExternalId } from '#read-models';
import { POOL } from '../tokens.js';
import { ReceiveReview, type ReviewedAttempt } from './review.handler.js';

/** A review of Software Secure's, which names its attempt by the code (rest-api.md §5.23). */
export class ReceiveReviewByCode {
  constructor(
    readonly payload: Record<string, unknown>,
    readonly at: string,
    readonly origin: Origin,
  ) {}
}

const softwareSecure = 'software_secure';

@CommandHandler(ReceiveReviewByCode)
export class ReviewByCodeHandler implements ICommandHandler<ReceiveReviewByCode> {
  constructor(
    @Inject(POOL) private readonly pool: pg.Pool,
    private readonly events: EventStore,
    private readonly commands: CommandBus,
  ) {}

  async execute({ payload, at, origin }: ReceiveReviewByCode): Promise<void> {
    const code = codeIn(payload);
    if (typeof code === 'string' && isLongerThan(limits.name, code))
      throw new Refusal(
        'bad_review',
        `examMetaData.examCode: Ensure this field has no more than ${limits.name} characters.`,
      );
    const attempt = typeof code === 'string' ? await this.attempt(code) : undefined;
    if (!attempt) throw new Refusal('attempt_not_found', `Could not locate attempt_code=${printed(code)}`);
    await this.commands.execute(new ReceiveReview(attempt, softwareSecure, payload, at, origin));
  }

  /** Also one that was removed: as it was before. */
  private async attempt(code: string): Promise<ReviewedAttempt | undefined> {
    const live = await attemptByCode(this.pool, code);
    if (live) return live;
    const { rows } = await this.pool.query(
      `select stream, (data->>'attemptId')::bigint as id from events
        where type = 'AttemptCreated' and data->>'attemptCode' = $1 limit 1`,
      [code],
    );
    if (!rows[0]) return undefined;
    let last: Attempt | undefined;
    for (const event of await this.events.read(rows[0].stream))
      if (isAttemptEvent(event) && event.data.attemptId === Number(rows[0].id))
        last = evolveAttempt(last, event) ?? last;
    return last;
  }
}

const codeIn = ({ examMetaData = {} }: Record<string, unknown>): unknown => {
  if (typeof examMetaData === 'object' && examMetaData !== null && !Array.isArray(examMetaData))
    return (examMetaData as Record<string, unknown>).examCode;
  throw new Refusal('bad_review', 'examMetaData: Expected a dictionary.');
};

/** Tries a quarantined callback again. Where it is taken this time, it is to be released. */
export class ReplayCallback {
  constructor(
    readonly id: number,
    readonly at: string,
    readonly origin: Origin,
  ) {}
}

@CommandHandler(ReplayCallback)
export class ReplayCallbackHandler implements ICommandHandler<ReplayCallback> {
  constructor(
    @Inject(POOL) private readonly pool: pg.Pool,
    private readonly commands: CommandBus,
  ) {}

  /** @throws Refusal for what is still wrong with it */
  async execute({ id, at, origin }: ReplayCallback): Promise<void> {
    const callback = await quarantinedCallback(this.pool, id);
    if (!callback) throw new Refusal('callback_not_found', `There is no quarantined callback ${id}.`);
    if (callback.body === undefined)
      throw new Refusal('learner_retired', 'Its learner is retired: nobody can read it.');
    const payload = payloadIn(callback.body);
    if (callback.route === 'review_callback') await this.commands.execute(new ReceiveReviewByCode(payload, at, origin));
    else {
      const [attempt] = await attemptsByExternalId(this.pool, callback.externalId!);
      if (!attempt) throw new Refusal('attempt_not_found', `There is no attempt ${callback.externalId}.`);
      if (!attempt.exam.isProctored) throw new Refusal('exam_not_proctored', 'The exam is no longer proctored.');
      await this.commands.execute(new ReceiveReview(attempt, attempt.exam.backend, payload, at, origin));
    }
  }
}

const payloadIn = (body: string): Record<string, unknown> => {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new Refusal('bad_json', `It is no JSON: ${(error as Error).message}`);
  }
};
