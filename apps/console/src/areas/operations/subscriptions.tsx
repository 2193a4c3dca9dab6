import { FormattedMessage, FormattedNumber, useIntl } from 'react-intl';
import { Link } from 'wouter';
import { DataTable } from '../../kit/data-table.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { Badge, type Tone } from '../../kit/status-badge.js';
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
  const intl = useIntl();
  const title = intl.formatMessage({ id: 'operations.page.subscriptions' });
  const head = (id: string) => intl.formatMessage({ id: `operations.${id}` });
  return (
    <Page title={title}>
      <p className="quiet">
        <FormattedMessage id="operations.subscriptions_what" />
      </p>
      <Loaded query={useSubscriptions()}>
        {({ results }) => (
          <DataTable
            label={title}
            rows={results}
            keyOf={({ subscription }) => subscription}
            columns={[
              { id: 'name', header: head('subscription'), cell: ({ subscription }) => subscription, isRowHeader: true },
              {
                id: 'state',
                header: head('state'),
                cell: ({ state }) => (
                  <Badge tone={tones[state]}>
                    <FormattedMessage id={`operations.state.${state}`} />
                  </Badge>
                ),
              },
              { id: 'waiting', header: head('waiting'), cell: Waiting, isNumber: true },
              {
                id: 'oldest',
                header: head('oldest'),
                cell: ({ oldest_waiting_seconds: seconds }) => (seconds > 0 ? durationOf(seconds) : '–'),
                isNumber: true,
              },
              { id: 'dead', header: head('dead_letters'), cell: Letters, isNumber: true },
              { id: 'moved', header: head('moved'), cell: ({ moved_at }) => <TimeAgo at={moved_at} /> },
              { id: 'leader', header: head('leader'), cell: ({ leader }) => <code>{leader ?? '–'}</code> },
              { id: 'error', header: head('last_error'), cell: LastError },
              { id: 'position', header: head('position'), cell: ({ position }) => <code>{position ?? '–'}</code> },
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
  if (stopped) return stopped;
  if (last_error === null) return <span className="quiet">–</span>;
  return (
    <div className="operations-error">
      {last_error}
      <div className="small quiet">
        <TimeAgo at={last_error_at} /> · <FormattedMessage id="operations.failures" values={{ count: failures }} />
      </div>
    </div>
  );
}
