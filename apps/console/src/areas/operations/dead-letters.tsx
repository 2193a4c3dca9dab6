import { useState } from 'react';
import { Link } from 'wouter';
import { useAddress, usePage } from '../../kit/address.js';
import { DataTable, Pages } from '../../kit/data-table.js';
import { ExportCsv } from '../../kit/export-csv.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { Badge } from '../../kit/status-badge.js';
import { useTexts } from '../../kit/texts.js';
import { Time, TimeAgo } from '../../kit/times.js';
import { useMe } from '../../session/session.js';
import { IdFilter, numberIn, SubscriptionFilter } from './filters.js';
import { LetterActions, Retry } from './letter-actions.js';
import { type DeadLetter, type DeadLetterAction, useActions, useDeadLetters } from './queries.js';

export function DeadLetters() {
  const say = useTexts();
  const title = say('operations.page.dead-letters');
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
      <p className="quiet">{say('operations.dead_letters_what')}</p>
      <search className="filters">
        <SubscriptionFilter value={subscription} all onChange={setSubscription} />
        <IdFilter name="user_id" label="operations.learner_id" />
        <IdFilter name="exam_id" label="operations.exam_id" />
      </search>
      <Loaded query={query} isEmpty={({ count }) => count === 0} empty={say('operations.no_dead_letters')}>
        {({ results, page: at, pages }) => (
          <>
            <DataTable
              label={title}
              rows={results}
              keyOf={({ subscription: name, event_id }) => `${name} ${event_id}`}
              columns={[
                { id: 'type', header: 'operations.event', cell: TypeLink, isRowHeader: true },
                { id: 'subscription', header: 'operations.subscription', cell: ({ subscription: name }) => name },
                { id: 'user', header: 'operations.learner_id', cell: ({ user_id }) => user_id ?? '–', isNumber: true },
                { id: 'exam', header: 'operations.exam_id', cell: ({ exam_id }) => exam_id ?? '–', isNumber: true },
                {
                  id: 'reason',
                  header: 'operations.why',
                  cell: ({ reason }) => <div className="operations-error">{reason}</div>,
                },
                { id: 'at', header: 'operations.since', cell: ({ recorded_at }) => <TimeAgo at={recorded_at} /> },
                { id: 'act', header: 'operations.actions', cell: (letter) => <LetterActions letter={letter} /> },
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
  const say = useTexts();
  const [isOpen, setOpen] = useState(false);
  const { is_superuser } = useMe();
  if (!is_superuser) return null;
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        {say('operations.retry_all')}
      </button>
      {isOpen && <Retry subscription={subscription} close={() => setOpen(false)} />}
    </>
  );
}

/** The retries and skips that operators asked for, with their outcomes. */
function Actions() {
  const say = useTexts();
  const title = say('operations.asked_actions');
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
                header: 'operations.action',
                cell: ({ action }) => say(`operations.${action}`),
                isRowHeader: true,
              },
              { id: 'outcome', header: 'operations.outcome', cell: Outcome },
              { id: 'subscription', header: 'operations.subscription', cell: ({ subscription }) => subscription },
              { id: 'about', header: 'operations.about', cell: About },
              { id: 'by', header: 'operations.by', cell: ({ user_id }) => user_id, isNumber: true },
              { id: 'at', header: 'operations.asked_at', cell: ({ asked_at }) => <Time at={asked_at} /> },
            ]}
          />
        )}
      </Loaded>
    </section>
  );
}

function Outcome({ done_at, error, events }: DeadLetterAction) {
  const say = useTexts();
  if (done_at === null) return <Badge tone="busy">{say('operations.outcome.waits')}</Badge>;
  return (
    <>
      <Badge tone={error === null ? 'good' : 'bad'}>
        {say(error === null ? 'operations.outcome.done' : 'operations.outcome.failed')}
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
