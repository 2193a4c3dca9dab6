import type { UseQueryResult } from '@tanstack/react-query';
import { useAddress } from '../../kit/address.js';
import { type Column, DataTable } from '../../kit/data-table.js';
import { ExportCsv } from '../../kit/export-csv.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { Time, TimeAgo } from '../../kit/times.js';
import { SubscriptionFilter } from './filters.js';
import { useDeliveries, useSubscriptions, useWaiting } from './queries.js';

/** The events that wait for a receiver, and its newest deliveries. */
export function Deliveries() {
  const say = useTexts();
  const [chosen, choose] = useAddress('subscription');
  const subscription = chosen || 'mail';
  const status = useSubscriptions().data?.results.find((each) => each.subscription === subscription);
  return (
    <Page
      title={say('operations.page.deliveries')}
      actions={<ExportCsv path="/api/operations/v1/deliveries" query={{ subscription }} />}
    >
      <search className="filters">
        <SubscriptionFilter value={subscription} onChange={choose} />
      </search>
      {status?.state === 'failing' && (
        <p className="banner bad">
          {status.last_error} {say('operations.tries_again')}
        </p>
      )}
      <Events
        title="operations.waits"
        none="operations.nothing_waits"
        query={useWaiting(subscription)}
        more={[{ id: 'since', header: 'operations.since', cell: ({ recorded_at }) => <TimeAgo at={recorded_at} /> }]}
      />
      <Events
        title="operations.delivered"
        none="operations.nothing_delivered"
        query={useDeliveries(subscription)}
        more={[
          { id: 'outcome', header: 'operations.outcome', cell: ({ outcome }) => outcome },
          { id: 'at', header: 'operations.at', cell: ({ at }) => <Time at={at} /> },
        ]}
      />
    </Page>
  );
}

type Row = {
  event_id: string;
  type: string;
  user_id: number | null;
  exam_id: number | null;
  course_id: string | null;
};
type ListProps<Each> = {
  title: string;
  none: string;
  query: UseQueryResult<{ results: Each[] }>;
  more: readonly Column<Each>[];
};

/** A list of events. `title` and `none` are ids of texts. */
function Events<Each extends Row>({ title, none, query, more }: ListProps<Each>) {
  const say = useTexts();
  return (
    <section className="stack-tight">
      <h2>{say(title)}</h2>
      <Loaded query={query} isEmpty={({ results }) => results.length === 0} empty={say(none)}>
        {({ results }) => (
          <DataTable
            label={say(title)}
            rows={results}
            keyOf={(each) => `${each.event_id} ${'outcome' in each ? each.outcome : ''}`}
            columns={[
              { id: 'type', header: 'operations.event', cell: ({ type }) => type, isRowHeader: true },
              { id: 'user', header: 'operations.learner_id', cell: ({ user_id }) => user_id ?? '–', isNumber: true },
              { id: 'exam', header: 'operations.exam_id', cell: ({ exam_id }) => exam_id ?? '–', isNumber: true },
              { id: 'course', header: 'operations.course', cell: ({ course_id }) => course_id ?? '–' },
              ...more,
            ]}
          />
        )}
      </Loaded>
    </section>
  );
}
