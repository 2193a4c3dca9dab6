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
import { providersOf } from '#providers';
import { attemptByCode, attemptsByExternalId, examById } from '#read-models';
import { noSuchCallback, quarantinedCallback } from './quarantine.js';
import {
  type ReceivedReview,
  type ReviewDependencies,
  type ReviewedAttempt,
  receiveReview,
} from './received-review.js';

type ReviewByCode = Pick<ReceivedReview, 'payload' | 'at' | 'origin'> & { providers: readonly string[] };

/** Receives a review that names its attempt by the code (rest-api.md §5.23). One of `providers` must proctor the exam. */
export async function receiveReviewByCode(
  deps: ReviewDependencies,
  { providers, ...received }: ReviewByCode,
): Promise<void> {
  const code = codeIn(received.payload);
  if (isLongerThan(limits.name, code))
    throw new Refusal(
      'bad_review',
      `examMetaData.examCode: Ensure this field has no more than ${limits.name} characters.`,
    );
  // Both are looked up for each code, so that the time does not tell which attempts exist.
  const [live, removed] = await Promise.all([attemptByCode(deps.database, code), attemptInLog(deps, code)]);
  const attempt = live ?? removed;
  const exam = attempt && (await examById(deps.database, attempt.examId));
  const backend = exam?.backend || deps.configuration.settings.defaultBackend;
  if (!attempt || !exam || !providers.includes(backend)) throw noAttemptMatches();
  await receiveReview(deps, { ...received, attempt, backend, isProviders: true });
}

/** The attempt from its events; a removed attempt as it was before. */
async function attemptInLog(
  { database, events }: ReviewDependencies,
  code: string,
): Promise<ReviewedAttempt | undefined> {
  const { rows } = await database.query(
    `select stream, (data->>'attemptId')::bigint as id from events
      where type = 'AttemptCreated' and data->>'attemptCode' = $1 limit 1`,
    [code],
  );
  if (!rows[0]) return undefined;
  let last: Attempt | undefined;
  for (const event of await events.read(rows[0].stream))
    if (isAttemptEvent(event) && event.data.attemptId === Number(rows[0].id)) last = evolveAttempt(last, event) ?? last;
  return last;
}

/** No attempt has the code "". */
const codeIn = ({ examMetaData = {} }: Record<string, unknown>): string => {
  if (typeof examMetaData !== 'object' || examMetaData === null || Array.isArray(examMetaData))
    throw new Refusal('bad_review', 'examMetaData: Expected a dictionary.');
  const { examCode } = examMetaData as Record<string, unknown>;
  return typeof examCode === 'string' ? examCode : '';
};

/**
 * Tries a quarantined callback again. The caller releases the callback afterwards. @throws Refusal if it is still refused
 */
export async function replayCallback(deps: ReviewDependencies, id: number, at: string, origin: Origin): Promise<void> {
  const { database, configuration } = deps;
  const callback = await quarantinedCallback(database, id);
  if (!callback) throw new Refusal('callback_not_found', noSuchCallback(id));
  if (callback.body === undefined) throw new Refusal('learner_retired', 'Its learner is retired: nobody can read it.');
  const payload = payloadIn(callback.body);
  const { provider } = callback;
  const { settings } = configuration;
  if (callback.route === 'review_callback') {
    const byCode = providersOf(settings).flatMap(({ name, reviewsByCode }) => (reviewsByCode ? name : []));
    return receiveReviewByCode(deps, { payload, providers: provider === null ? byCode : [provider], at, origin });
  }
  const [attempt] = (await attemptsByExternalId(database, callback.externalId!)).filter(
    ({ exam }) => provider === null || provider === (exam.backend || settings.defaultBackend),
  );
  if (!attempt) throw new Refusal('attempt_not_found', `There is no attempt ${callback.externalId}.`);
  if (!attempt.exam.isProctored) throw new Refusal('exam_not_proctored', 'The exam is no longer proctored.');
  await receiveReview(deps, { attempt, backend: attempt.exam.backend, payload, at, origin, isProviders: true });
}

const payloadIn = (body: string): Record<string, unknown> => {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new Refusal('bad_json', `It is no JSON: ${(error as Error).message}`);
  }
};
