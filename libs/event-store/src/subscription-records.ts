import type { Database } from '#connections';

/** The record of a subscription. `position` is `<generation>.<xid>.<position>`; times are ISO. */
export type SubscriptionRecord = {
  name: string;
  position: string;
  movedAt: string;
  failures: number;
  stopped: string | null;
  lastError: string | null;
  lastErrorAt: string | null;
  /** Whether the checkpoint has not moved since the last error. */
  isFailing: boolean;
};

export async function subscriptionRecords(database: Database): Promise<SubscriptionRecord[]> {
  const { rows } = await database.read<SubscriptionRecord>({
    name: 'subscription records',
    text: `select name, generation || '.' || xid || '.' || position as position, iso_time(updated_at) as "movedAt",
        failures::float, stopped, last_error as "lastError", iso_time(last_error_at) as "lastErrorAt",
        coalesce(last_error_at >= updated_at, false) as "isFailing"
      from checkpoints order by name`,
  });
  return rows;
}
