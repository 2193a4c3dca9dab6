import { FormattedNumber } from 'react-intl';
import { Link } from 'wouter';
import { DataTable } from '../../kit/data-table.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { Badge, type Tone } from '../../kit/status-badge.js';
import { useTexts } from '../../kit/texts.js';
import { durationOf, TimeAgo } from '../../kit/times.js';
import { type Subscription, useSubscriptions } from './queries.js';

const tones: Record<Subscription['state'], Tone> = {
  running: 'good',
  failing: 'bad',
  stopped: 'bad',
  no_leader: 'bad',
  not_set_up: 'idle',
};

export function Subscriptions() {
  const say = useTexts();
  const title = say('operations.page.subscriptions');
  return (
    <Page title={title}>
      <p className="quiet">{say('operations.subscriptions_what')}</p>
      <Loaded query={useSubscriptions()}>
        {({ results }) => (
          <DataTable
            label={title}
            rows={results}
            keyOf={({ subscription }) => subscription}
            columns={[
              {
                id: 'name',
                header: 'operations.subscription',
                cell: ({ subscription }) => subscription,
                isRowHeader: true,
              },
              {
                id: 'state',
                header: 'operations.state',
                cell: ({ state }) => <Badge tone={tones[state]}>{say(`operations.state.${state}`)}</Badge>,
              },
              { id: 'waiting', header: 'operations.waiting', cell: Waiting, isNumber: true },
              {
                id: 'oldest',
                header: 'operations.oldest',
                cell: ({ oldest_waiting_seconds: seconds }) => (seconds > 0 ? durationOf(seconds) : '–'),
                isNumber: true,
              },
              { id: 'dead', header: 'operations.dead_letters', cell: Letters, isNumber: true },
              { id: 'moved', header: 'operations.moved', cell: ({ moved_at }) => <TimeAgo at={moved_at} /> },
              { id: 'leader', header: 'operations.leader', cell: ({ leader }) => <code>{leader ?? '–'}</code> },
              { id: 'error', header: 'operations.last_error', cell: LastError },
              { id: 'position', header: 'operations.position', cell: ({ position }) => <code>{position ?? '–'}</code> },
            ]}
          />
        )}
      </Loaded>
    </Page>
  );
}

const Waiting = ({ waiting }: Subscription) => <FormattedNumber value={waiting} />;

const Letters = ({ subscription, dead_letters }: Subscription) =>
  dead_letters === 0 ? (
    '0'
  ) : (
    <Link href={`/operations/dead-letters?subscription=${encodeURIComponent(subscription)}`}>
      <FormattedNumber value={dead_letters} />
    </Link>
  );

function LastError({ stopped, last_error, last_error_at, failures }: Subscription) {
  const say = useTexts();
  if (stopped) return stopped;
  if (last_error === null) return <span className="quiet">–</span>;
  return (
    <div className="operations-error">
      {last_error}
      <div className="small quiet">
        <TimeAgo at={last_error_at} /> · {say('operations.failures', { count: failures })}
      </div>
    </div>
  );
}
