import { FormattedMessage, useIntl } from 'react-intl';
import { useAddress } from '../../kit/address.js';
import { DataTable } from '../../kit/data-table.js';
import { ExportCsv } from '../../kit/export-csv.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { Time, TimeAgo } from '../../kit/times.js';
import { SubscriptionFilter } from './filters.js';
import { useDeliveries, useSubscriptions, useWaiting } from './queries.js';

/** The events that wait for a receiver, and its newest deliveries. */
export function Deliveries() {
  const intl = useIntl();
  const [chosen, choose] = useAddress('subscription');
  const subscription = chosen || 'mail';
  const status = useSubscriptions().data?.results.find((each) => each.subscription === subscription);
  return (
    <Page
      title={intl.formatMessage({ id: 'operations.page.deliveries' })}
      actions={<ExportCsv path="/api/operations/v1/deliveries" query={{ subscription }} />}
    >
      <search className="filters">
        <SubscriptionFilter value={subscription} onChange={choose} />
      </search>
      {status?.state === 'failing' && (
        <p className="banner bad">
          {status.last_error} <FormattedMessage id="operations.tries_again" />
        </p>
      )}
      <Waiting subscription={subscription} />
      <Newest subscription={subscription} />
    </Page>
  );
}

function useColumns() {
  const intl = useIntl();
  const head = (id: string) => intl.formatMessage({ id: `operations.${id}` });
  type Row = { type: string; user_id: number | null; exam_id: number | null; course_id: string | null };
  return {
    head,
    about: [
      { id: 'type', header: head('event'), cell: ({ type }: Row) => type, isRowHeader: true },
      { id: 'user', header: head('learner_id'), cell: ({ user_id }: Row) => user_id ?? '–', isNumber: true },
      { id: 'exam', header: head('exam_id'), cell: ({ exam_id }: Row) => exam_id ?? '–', isNumber: true },
      { id: 'course', header: head('course'), cell: ({ course_id }: Row) => course_id ?? '–' },
    ],
  };
}

function Waiting({ subscription }: { subscription: string }) {
  const { head, about } = useColumns();
  return (
    <section className="stack-tight">
      <h2>{head('waits')}</h2>
      <Loaded
        query={useWaiting(subscription)}
        isEmpty={({ results }) => results.length === 0}
        empty={<FormattedMessage id="operations.nothing_waits" />}
      >
        {({ results }) => (
          <DataTable
            label={head('waits')}
            rows={results}
            keyOf={({ event_id }) => event_id}
            columns={[
              ...about,
              { id: 'since', header: head('since'), cell: ({ recorded_at }) => <TimeAgo at={recorded_at} /> },
            ]}
          />
        )}
      </Loaded>
    </section>
  );
}

function Newest({ subscription }: { subscription: string }) {
  const { head, about } = useColumns();
  return (
    <section className="stack-tight">
      <h2>{head('delivered')}</h2>
      <Loaded
        query={useDeliveries(subscription)}
        isEmpty={({ results }) => results.length === 0}
        empty={<FormattedMessage id="operations.nothing_delivered" />}
      >
        {({ results }) => (
          <DataTable
            label={head('delivered')}
            rows={results}
            keyOf={({ event_id, outcome }) => `${event_id} ${outcome}`}
            columns={[
              ...about,
              { id: 'outcome', header: head('outcome'), cell: ({ outcome }) => outcome },
              { id: 'at', header: head('at'), cell: ({ at }) => <Time at={at} /> },
            ]}
          />
        )}
      </Loaded>
    </section>
  );
}
