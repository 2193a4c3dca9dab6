import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import {
  type Attempt,
  evolveAttempt,
  isAttemptEvent,
  isLongerThan,
  limits,
  noAttemptMatches,
  type Origin,
  Refusal,
} from '#domain';
import { EventStore } from '#event-store';
import { providersOf } from '#providers';
import { attemptByCode, attemptsByExternalId, examById } from '#read-models';
import { quarantinedCallback } from './quarantine.js';
import { ReceiveReview, type ReviewedAttempt } from './review.handler.js';

/** A review that names its attempt by the code (rest-api.md §5.23), of one of these providers. */
export class ReceiveReviewByCode extends Command<void> {
  constructor(
    readonly payload: Record<string, unknown>,
    readonly providers: readonly string[],
    readonly at: string,
    readonly origin: Origin,
  ) {
    super();
  }
}

@CommandHandler(ReceiveReviewByCode)
export class ReviewByCodeHandler implements ICommandHandler<ReceiveReviewByCode> {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly events: EventStore,
    private readonly commands: CommandBus,
  ) {}

  async execute({ payload, providers, at, origin }: ReceiveReviewByCode): Promise<void> {
    const code = codeIn(payload);
    if (isLongerThan(limits.name, code))
      throw new Refusal(
        'bad_review',
        `examMetaData.examCode: Ensure this field has no more than ${limits.name} characters.`,
      );
    // Both are asked for each code, so that the time does not tell which attempts there are.
    const [live, before] = await Promise.all([attemptByCode(this.database, code), this.attemptBefore(code)]);
    const attempt = live ?? before;
    const exam = attempt && (await examById(this.database, attempt.examId));
    const provider = exam?.backend || this.configuration.settings.defaultBackend;
    if (!attempt || !exam || !providers.includes(provider)) throw noAttemptMatches();
    await this.commands.execute(new ReceiveReview(attempt, provider, payload, at, origin, true));
  }

  /** The attempt as its history says, as it was last when it was removed. */
  private async attemptBefore(code: string): Promise<ReviewedAttempt | undefined> {
    const { rows } = await this.database.query(
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

/** "" is no attempt's code. */
const codeIn = ({ examMetaData = {} }: Record<string, unknown>): string => {
  if (typeof examMetaData !== 'object' || examMetaData === null || Array.isArray(examMetaData))
    throw new Refusal('bad_review', 'examMetaData: Expected a dictionary.');
  const { examCode } = examMetaData as Record<string, unknown>;
  return typeof examCode === 'string' ? examCode : '';
};

/** Tries a quarantined callback again. A review that is accepted this time is to be released. */
export class ReplayCallback extends Command<void> {
  constructor(
    readonly id: number,
    readonly at: string,
    readonly origin: Origin,
  ) {
    super();
  }
}

@CommandHandler(ReplayCallback)
export class ReplayCallbackHandler implements ICommandHandler<ReplayCallback> {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly commands: CommandBus,
  ) {}

  /** @throws Refusal for what is still wrong with it */
  async execute({ id, at, origin }: ReplayCallback): Promise<void> {
    const callback = await quarantinedCallback(this.database, id);
    if (!callback) throw new Refusal('callback_not_found', `There is no quarantined callback ${id}.`);
    if (callback.body === undefined)
      throw new Refusal('learner_retired', 'Its learner is retired: nobody can read it.');
    const payload = payloadIn(callback.body);
    const { provider } = callback;
    const { settings } = this.configuration;
    if (callback.route === 'review_callback') {
      const byCode = providersOf(settings).flatMap(({ name, reviewsByCode }) => (reviewsByCode ? name : []));
      const providers = provider === null ? byCode : [provider];
      await this.commands.execute(new ReceiveReviewByCode(payload, providers, at, origin));
    } else {
      const [attempt] = (await attemptsByExternalId(this.database, callback.externalId!)).filter(
        ({ exam }) => provider === null || provider === (exam.backend || settings.defaultBackend),
      );
      if (!attempt) throw new Refusal('attempt_not_found', `There is no attempt ${callback.externalId}.`);
      if (!attempt.exam.isProctored) throw new Refusal('exam_not_proctored', 'The exam is no longer proctored.');
      await this.commands.execute(new ReceiveReview(attempt, attempt.exam.backend, payload, at, origin, true));
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
