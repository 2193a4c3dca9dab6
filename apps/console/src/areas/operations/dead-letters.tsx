import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { Link } from 'wouter';
import { useAddress, usePage } from '../../kit/address.js';
import { DataTable, Pages } from '../../kit/data-table.js';
import { ExportCsv } from '../../kit/export-csv.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { Badge } from '../../kit/status-badge.js';
import { Time, TimeAgo } from '../../kit/times.js';
import { useMe } from '../../session/session.js';
import { IdFilter, numberIn, SubscriptionFilter } from './filters.js';
import { LetterActions, Retry } from './letter-actions.js';
import { type DeadLetter, type DeadLetterAction, useActions, useDeadLetters } from './queries.js';

export function DeadLetters() {
  const intl = useIntl();
  const title = intl.formatMessage({ id: 'operations.page.dead-letters' });
  const head = (id: string) => intl.formatMessage({ id: `operations.${id}` });
  const [subscription, setSubscription] = useAddress('subscription');
  const [[user], [exam], [page, setPage]] = [useAddress('user_id'), useAddress('exam_id'), usePage()];
  const query = useDeadLetters({
    subscription: subscription || undefined,
    user_id: numberIn(user),
    exam_id: numberIn(exam),
    page,
  });
  return (
    <Page
      title={title}
      actions={
        <>
          {subscription && <RetryAll subscription={subscription} />}
          <ExportCsv
            path="/api/operations/v1/dead-letters"
            query={{ subscription, user_id: numberIn(user), exam_id: numberIn(exam) }}
          />
        </>
      }
    >
      <p className="quiet">
        <FormattedMessage id="operations.dead_letters_what" />
      </p>
      <search className="filters">
        <SubscriptionFilter value={subscription} all onChange={setSubscription} />
        <IdFilter name="user_id" label="operations.learner_id" />
        <IdFilter name="exam_id" label="operations.exam_id" />
      </search>
      <Loaded
        query={query}
        isEmpty={({ count }) => count === 0}
        empty={<FormattedMessage id="operations.no_dead_letters" />}
      >
        {({ results, page: at, pages }) => (
          <>
            <DataTable
              label={title}
              rows={results}
              keyOf={({ subscription: name, event_id }) => `${name} ${event_id}`}
              columns={[
                { id: 'type', header: head('event'), cell: TypeLink, isRowHeader: true },
                { id: 'subscription', header: head('subscription'), cell: ({ subscription: name }) => name },
                { id: 'user', header: head('learner_id'), cell: ({ user_id }) => user_id ?? '–', isNumber: true },
                { id: 'exam', header: head('exam_id'), cell: ({ exam_id }) => exam_id ?? '–', isNumber: true },
                {
                  id: 'reason',
                  header: head('why'),
                  cell: ({ reason }) => <div className="operations-error">{reason}</div>,
                },
                { id: 'at', header: head('since'), cell: ({ recorded_at }) => <TimeAgo at={recorded_at} /> },
                { id: 'act', header: head('actions'), cell: (letter) => <LetterActions letter={letter} /> },
              ]}
            />
            <Pages page={at} pages={pages} onPage={setPage} />
          </>
        )}
      </Loaded>
      <Actions />
    </Page>
  );
}

const TypeLink = ({ event_id, type }: DeadLetter) => <Link href={`/operations/dead-letters/${event_id}`}>{type}</Link>;

function RetryAll({ subscription }: { subscription: string }) {
  const [isOpen, setOpen] = useState(false);
  const { is_superuser } = useMe();
  if (!is_superuser) return null;
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        <FormattedMessage id="operations.retry_all" />
      </button>
      {isOpen && <Retry subscription={subscription} close={() => setOpen(false)} />}
    </>
  );
}

/** The retries and skips that operators asked for, with their outcomes. */
function Actions() {
  const intl = useIntl();
  const title = intl.formatMessage({ id: 'operations.asked_actions' });
  const head = (id: string) => intl.formatMessage({ id: `operations.${id}` });
  return (
    <section className="stack-tight">
      <h2>{title}</h2>
      <Loaded query={useActions()} isEmpty={({ results }) => results.length === 0}>
        {({ results }) => (
          <DataTable
            label={title}
            rows={results}
            keyOf={({ id }) => id}
            columns={[
              {
                id: 'action',
                header: head('action'),
                cell: ({ action }) => <FormattedMessage id={`operations.${action}`} />,
                isRowHeader: true,
              },
              { id: 'outcome', header: head('outcome'), cell: Outcome },
              { id: 'subscription', header: head('subscription'), cell: ({ subscription }) => subscription },
              { id: 'about', header: head('about'), cell: About },
              { id: 'by', header: head('by'), cell: ({ user_id }) => user_id, isNumber: true },
              { id: 'at', header: head('asked_at'), cell: ({ asked_at }) => <Time at={asked_at} /> },
            ]}
          />
        )}
      </Loaded>
    </section>
  );
}

function Outcome({ done_at, error, events }: DeadLetterAction) {
  if (done_at === null)
    return (
      <Badge tone="busy">
        <FormattedMessage id="operations.outcome.waits" />
      </Badge>
    );
  return (
    <>
      <Badge tone={error === null ? 'good' : 'bad'}>
        <FormattedMessage id={error === null ? 'operations.outcome.done' : 'operations.outcome.failed'} />
      </Badge>{' '}
      {error ?? events.join(', ')}
    </>
  );
}

const About = ({ ordering_key, event_id, reason }: DeadLetterAction) => (
  <>
    <code>{ordering_key ?? event_id ?? '*'}</code>
    {reason && <div className="quiet small">{reason}</div>}
  </>
);
