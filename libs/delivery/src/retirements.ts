import type { Clock } from '#clock';
import { type Configuration, userObfuscationKeyOf } from '#configuration';
import type { Database } from '#connections';
import { obscuredUserId, providerOf } from '#providers';
import { attemptsOf } from '#read-models';

type Dependencies = { database: Database; configuration: Configuration; clock: Clock };

/** The providers of the learner's proctored attempts, as the exams name them. */
export async function providersOfLearner(
  { database }: Pick<Dependencies, 'database'>,
  userId: number | string,
): Promise<(string | null)[]> {
  const attempts = (await attemptsOf(database, userId)).filter(({ takingAsProctored }) => takingAsProctored);
  return [...new Set(attempts.map(({ exam }) => exam.backend))];
}

/** Makes a provider delete a learner, and records it. Undefined when there was nothing to delete. Throws ProviderRefused. */
export async function retireAtProvider(
  { database, configuration, clock }: Dependencies,
  backend: string | null,
  userId: number,
): Promise<boolean | undefined> {
  const id = obscuredUserId(userId, userObfuscationKeyOf(configuration), backend);
  const isDeleted = await providerOf(configuration.settings, backend).retireUser(id);
  if (isDeleted)
    await database.query(
      `insert into vendor_retirements (user_id, backend, told_at) values ($1, $2, $3)
       on conflict (user_id, backend) do update set told_at = excluded.told_at`,
      [userId, backend ?? '', clock.now()],
    );
  return isDeleted;
}

/** Whether the provider deleted the learner after the last attempt there. It may refuse to delete a learner twice. */
export async function isRetiredAtProvider(
  { database }: Pick<Dependencies, 'database'>,
  backend: string | null,
  userId: number,
): Promise<boolean> {
  const { rows } = await database.query(
    `select told_at > all (select created from attempts join exams on exams.id = exam_id
       where attempts.user_id = $1 and coalesce(backend, '') = $2) as done
     from vendor_retirements where user_id = $1 and backend = $2`,
    [userId, backend ?? ''],
  );
  return rows[0]?.done ?? false;
}
