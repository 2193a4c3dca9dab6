import type { Database } from '#connections';
import type { RecordedEvent, Write } from '#event-store';
import { type ProviderConfiguration, ProviderRefused, providerOf } from '#providers';

type Registered = { provider: string; examExternalId: string | null; attemptExternalId: string };

/** Remembers what a provider knows and the log does not yet. */
export async function rememberRegistration(database: Database, registered: Registered): Promise<void> {
  await database.query({
    name: 'remember unclaimed',
    text: `insert into unclaimed_registrations (provider, exam_external_id, attempt_external_id) values ($1, $2, $3)
      on conflict do nothing`,
    values: [registered.provider, registered.examExternalId, registered.attemptExternalId],
  });
}

/** The append of the attempt claims its registration, in the same transaction. */
export const claimRegistrations = (appended: readonly RecordedEvent[]): Write[] =>
  appended.flatMap(({ type, data }) => {
    const { externalId } = data as { externalId?: string | null };
    return type === 'AttemptCreated' && externalId
      ? { text: 'delete from unclaimed_registrations where attempt_external_id = $1', values: [externalId] }
      : [];
  });

/** An append is decided within this time after the registration, one way or the other. */
const graceSeconds = 60;

/**
 * Removes at the providers what nobody claimed: the attempt was refused, or the process died. A registration that a
 * provider does not remove now stays for the next time. Answers how many are gone.
 */
export async function removeOrphans(
  database: Database,
  configuration: ProviderConfiguration,
  olderThanSeconds = graceSeconds,
): Promise<number> {
  // A provider may answer twice with the same attempt, late with one that was claimed since.
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
  let gone = 0;
  const failures: unknown[] = [];
  for (const { provider, examExternalId, attemptExternalId } of rows) {
    try {
      await providerOf(configuration, provider).notify('remove', examExternalId, attemptExternalId);
    } catch (error) {
      if (!(error instanceof ProviderRefused)) failures.push(error);
      // The others come first next time.
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
    gone++;
  }
  if (failures.length > 0) throw failures[0];
  return gone;
}
