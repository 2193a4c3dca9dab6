import { FormattedMessage, FormattedNumber } from 'react-intl';
import { Link } from 'wouter';
import { Fact } from '../../kit/facts.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { Badge } from '../../kit/status-badge.js';
import { useTexts } from '../../kit/texts.js';
import { Time } from '../../kit/times.js';
import { findingsIn } from './findings.js';
import { type System, useProviders, useSubscriptions, useSystem } from './queries.js';

/** Everything that is wrong, with what to do; then the state of the log, Kafka and the leaders. */
export function Overview() {
  const say = useTexts();
  const [system, subscriptions, providers] = [useSystem(), useSubscriptions(), useProviders()];
  return (
    <Page title={say('operations.title')}>
      <Loaded query={system}>
        {(state) => (
          <>
            <Loaded query={subscriptions}>
              {({ results }) => (
                <Loaded query={providers}>
                  {({ results: providers }) => (
                    <Findings found={findingsIn({ system: state, subscriptions: results, providers })} />
                  )}
                </Loaded>
              )}
            </Loaded>
            <div className="cards operations-facts">
              <LogFacts {...state} />
              <TreeFacts tree={state.merkle_tree} />
              <KafkaFacts kafka={state.kafka} />
              <LeaderFacts leaders={state.leaders} />
            </div>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Findings({ found }: { found: ReturnType<typeof findingsIn> }) {
  const say = useTexts();
  if (found.length === 0)
    return (
      <p className="banner good" role="status">
        {say('operations.all_well')}
      </p>
    );
  return (
    <ul className="plain-list stack-tight operations-findings">
      {found.map(({ id, tone, text, advice, values, page }) => (
        <li key={id} className={`banner ${tone}`}>
          <strong>
            <FormattedMessage id={text} values={values} />
          </strong>
          <p>
            <FormattedMessage id={advice} values={values} />{' '}
            {page && <Link href={`/operations/${page}`}>{say('operations.show')}</Link>}
          </p>
        </li>
      ))}
    </ul>
  );
}

function LogFacts({ log, ready, clock }: System) {
  const say = useTexts();
  return (
    <section className="card stack-tight">
      <div className="row spread">
        <h2>{say('operations.log')}</h2>
        <Badge tone={ready ? 'good' : 'bad'}>{say(ready ? 'operations.ready' : 'operations.not_ready')}</Badge>
      </div>
      <dl className="facts">
        <Fact name="operations.generation">
          {log.generation} · <Time at={log.generation_began_at} />
        </Fact>
        <Fact name="operations.last_position">
          <FormattedNumber value={log.events} />
        </Fact>
        <Fact name="operations.positions_left">
          <FormattedNumber value={log.positions_left} />
        </Fact>
        <Fact name="operations.size">
          <Bytes count={log.database_bytes} />
        </Fact>
        <Fact name="operations.skew">
          {say('operations.seconds', { seconds: Math.round(clock.skewSeconds * 10) / 10 || 0 })}
        </Fact>
      </dl>
      <ul className="plain-list small quiet">
        {log.partitions.map(({ name, bytes }) => (
          <li key={name}>
            <code>{name}</code> <Bytes count={bytes} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function TreeFacts({ tree }: { tree: System['merkle_tree'] }) {
  const say = useTexts();
  return (
    <section className="card stack-tight">
      <h2>{say('operations.tree')}</h2>
      {tree ? (
        <>
          <dl className="facts">
            <Fact name="operations.tree_size">
              <FormattedNumber value={tree.size} />
            </Fact>
            <Fact name="operations.signed">
              {tree.signed_size === null ? '–' : <FormattedNumber value={tree.signed_size} />} ·{' '}
              <Time at={tree.signed_at} />
            </Fact>
            <Fact name="operations.witnessed">
              {tree.witnessed_size === null ? '–' : <FormattedNumber value={tree.witnessed_size} />}
            </Fact>
          </dl>
          {tree.witnesses.length === 0 ? (
            <p className="quiet">{say('operations.no_witnesses')}</p>
          ) : (
            <ul className="plain-list">
              {tree.witnesses.map(({ name, has_cosigned }) => (
                <li key={name} className="row">
                  <Badge tone={has_cosigned ? 'good' : 'warn'}>{name}</Badge>
                </li>
              ))}
            </ul>
          )}
        </>
      ) : (
        <p className="quiet">{say('operations.no_tree')}</p>
      )}
    </section>
  );
}

function KafkaFacts({ kafka: { brokers, topics, transactions, event_bus } }: { kafka: System['kafka'] }) {
  const say = useTexts();
  return (
    <section className="card stack-tight">
      <h2>Kafka</h2>
      {brokers.length === 0 ? (
        <p className="quiet">{say('operations.no_kafka')}</p>
      ) : (
        <p className="fixed">{brokers.join(', ')}</p>
      )}
      <p className="quiet small">
        {say('operations.kafka_modes', { transactions: transactions ? 'on' : 'off', bus: event_bus ? 'on' : 'off' })}
      </p>
      <ul className="plain-list small">
        {topics.map((topic) => (
          <li key={topic}>
            <code>{topic}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}

function LeaderFacts({ leaders }: { leaders: System['leaders'] }) {
  const say = useTexts();
  return (
    <section className="card stack-tight">
      <h2>{say('operations.leaders')}</h2>
      <dl className="facts small">
        {leaders.map(({ task, holder }) => (
          <div key={task}>
            <dt>{task}</dt>
            <dd className="fixed">{holder ?? '–'}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Bytes({ count }: { count: number }) {
  const isLarge = count >= 1e9;
  return (
    <FormattedNumber
      value={count / (isLarge ? 1e9 : 1e6)}
      style="unit"
      unit={isLarge ? 'gigabyte' : 'megabyte'}
      maximumFractionDigits={1}
    />
  );
}
