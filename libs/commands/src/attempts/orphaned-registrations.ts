import type { Database } from '#connections';
import type { RecordedEvent, Write } from '#event-store';
import { type ProviderConfiguration, ProviderRefused, providerOf } from '#providers';

type Registered = { provider: string; examExternalId: string | null; attemptExternalId: string };

/** Remembers a registration until the log has its attempt. */
export async function rememberRegistration(database: Database, registered: Registered): Promise<void> {
  await database.query({
    name: 'remember unclaimed',
    text: `insert into unclaimed_registrations (provider, exam_external_id, attempt_external_id) values ($1, $2, $3)
      on conflict do nothing`,
    values: [registered.provider, registered.examExternalId, registered.attemptExternalId],
  });
}

/** The transaction that appends an attempt claims its registration. */
export const claimRegistrations = (appended: readonly RecordedEvent[]): Write[] =>
  appended.flatMap(({ type, data }) => {
    const { externalId } = data as { externalId?: string | null };
    return type === 'AttemptCreated' && externalId
      ? { text: 'delete from unclaimed_registrations where attempt_external_id = $1', values: [externalId] }
      : [];
  });

/** Within this time after the registration, the append has succeeded or failed. */
const graceSeconds = 60;

/**
 * Removes orphaned registrations at the providers: the attempt was refused, or the process died. If a provider does not
 * remove one, it is tried again next time. Answers how many were removed.
 */
export async function removeOrphans(
  database: Database,
  configuration: ProviderConfiguration,
  olderThanSeconds = graceSeconds,
): Promise<number> {
  // A provider's late answer may name an attempt that has been claimed since.
  await database.query(
    `delete from unclaimed_registrations unclaimed using attempts join exams on exams.id = exam_id
      where attempts.external_id = attempt_external_id and coalesce(nullif(backend, ''), $1) = provider`,
    [configuration.defaultBackend],
  );
  const { rows } = await database.query<Registered>(
    `select provider, exam_external_id as "examExternalId", attempt_external_id as "attemptExternalId"
       from unclaimed_registrations where recorded_at < now() - make_interval(secs => $1) order by recorded_at limit 100`,
    [olderThanSeconds],
  );
  let removed = 0;
  const failures: unknown[] = [];
  for (const { provider, examExternalId, attemptExternalId } of rows) {
    try {
      await providerOf(configuration, provider).notify('remove', examExternalId, attemptExternalId);
    } catch (error) {
      if (!(error instanceof ProviderRefused)) failures.push(error);
      // It goes to the end, so the others are tried first next time.
      await database.query(
        'update unclaimed_registrations set recorded_at = now() where provider = $1 and attempt_external_id = $2',
        [provider, attemptExternalId],
      );
      continue;
    }
    await database.query('delete from unclaimed_registrations where provider = $1 and attempt_external_id = $2', [
      provider,
      attemptExternalId,
    ]);
    removed++;
  }
  if (failures.length > 0) throw failures[0];
  return removed;
}
