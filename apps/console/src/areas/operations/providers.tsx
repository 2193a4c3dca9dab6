import { Link } from 'wouter';
import { Fact } from '../../kit/facts.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { Badge, type Tone } from '../../kit/status-badge.js';
import { useTexts } from '../../kit/texts.js';
import { TimeAgo } from '../../kit/times.js';
import { type Provider, useProviders, useSubscriptions } from './queries.js';

const tones: Record<string, Tone> = { closed: 'good', 'half-open': 'warn', open: 'bad' };

export function Providers() {
  const say = useTexts();
  const subscriptions = useSubscriptions().data?.results ?? [];
  return (
    <Page title={say('operations.page.providers')}>
      <p className="quiet">{say('operations.providers_what')}</p>
      <Loaded query={useProviders()} isEmpty={({ results }) => results.length === 0}>
        {({ results }) => (
          <div className="cards operations-facts">
            {results.map((provider) => (
              <ProviderCard
                key={provider.provider}
                provider={provider}
                lastError={subscriptions.find(({ subscription }) => subscription === provider.subscription)}
              />
            ))}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

type LastError = { last_error: string | null; last_error_at: string | null; waiting: number };

function ProviderCard({ provider, lastError }: { provider: Provider; lastError: LastError | undefined }) {
  const say = useTexts();
  const { circuit, circuit_since, subscription, dead_letters } = provider;
  return (
    <section className="card stack-tight">
      <div className="row spread">
        <h2>{provider.provider}</h2>
        {circuit && <Badge tone={tones[circuit]}>{say(`operations.circuit.${circuit}`)}</Badge>}
      </div>
      <p className="quiet">
        {provider.verbose_name}
        {provider.is_default && (
          <>
            {' · '}
            {say('operations.default_provider')}
          </>
        )}
      </p>
      {subscription === null ? (
        <p className="quiet">{say('operations.no_notifications')}</p>
      ) : (
        <dl className="facts">
          <Fact name="operations.circuit_since">
            <TimeAgo at={circuit_since} />
          </Fact>
          <Fact name="operations.last_success">
            <TimeAgo at={provider.last_notified_at} />
          </Fact>
          <Fact name="operations.last_hour">{provider.notified_last_hour}</Fact>
          <Fact name="operations.waiting">{lastError?.waiting ?? 0}</Fact>
          <Fact name="operations.dead_letters">
            {dead_letters === 0 ? (
              0
            ) : (
              <Link href={`/operations/dead-letters?subscription=${encodeURIComponent(subscription)}`}>
                {dead_letters}
              </Link>
            )}
          </Fact>
          <Fact name="operations.last_error">
            {lastError?.last_error ?? '–'} {lastError?.last_error && <TimeAgo at={lastError.last_error_at} />}
          </Fact>
        </dl>
      )}
      {provider.quarantined_callbacks > 0 && (
        <p>
          <Link href="/operations/callbacks">
            {say('operations.callbacks_wait', { count: provider.quarantined_callbacks })}
          </Link>
        </p>
      )}
    </section>
  );
}
