import type { Configuration } from '#configuration';
import type { Database } from '#connections';
import { providerStates, subscriptionNameOf } from '#delivery';
import { providersOf } from '#providers';

/** A configured provider, in the words of REST. `subscription` is null for one that gets no notifications. */
export type ProviderStatus = {
  provider: string;
  verbose_name: string;
  is_default: boolean;
  circuit: string | null;
  circuit_since: string | null;
  subscription: string | null;
  dead_letters: number;
  last_notified_at: string | null;
  notified_last_hour: number;
  quarantined_callbacks: number;
};

export async function providerStatuses(database: Database, configuration: Configuration): Promise<ProviderStatus[]> {
  const { settings } = configuration;
  const [states, counts] = await Promise.all([
    providerStates(database, settings),
    countsByProvider(database, Object.keys(settings.backends)),
  ]);
  return providersOf(settings).map(({ name, verboseName, wantsNotifications }) => {
    const state = states.find(({ provider }) => provider === name);
    const count = counts.find(({ provider }) => provider === name);
    return {
      provider: name,
      verbose_name: verboseName,
      is_default: name === settings.defaultBackend,
      circuit: state?.circuit ?? null,
      circuit_since: state?.since ?? null,
      subscription: wantsNotifications ? subscriptionNameOf(name) : null,
      dead_letters: state?.deadLetters ?? 0,
      last_notified_at: count?.last ?? null,
      notified_last_hour: count?.lately ?? 0,
      quarantined_callbacks: count?.quarantined ?? 0,
    };
  });
}

type Counts = { provider: string; last: string | null; lately: number; quarantined: number };

async function countsByProvider(database: Database, providers: readonly string[]): Promise<Counts[]> {
  const { rows } = await database.query<Counts>(
    `select provider,
       (select iso_time(max(notified_at)) from vendor_deliveries d where d.provider = p.provider) as last,
       (select count(*)::int from vendor_deliveries d
         where d.provider = p.provider and notified_at > now() - interval '1 hour') as lately,
       (select count(*)::int from quarantined_callbacks c where c.provider = p.provider) as quarantined
     from unnest($1::text[]) as p (provider)`,
    [providers],
  );
  return rows;
}
