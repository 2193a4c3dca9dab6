import { useState } from 'react';
import { FormattedMessage } from 'react-intl';
import { useAddress, usePage } from '../../kit/address.js';
import { DataTable, Pages } from '../../kit/data-table.js';
import { Confirm } from '../../kit/dialog.js';
import { ExportCsv } from '../../kit/export-csv.js';
import { useNotice } from '../../kit/notices.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { TimeAgo } from '../../kit/times.js';
import { useMe } from '../../session/session.js';
import { IdFilter, numberIn } from './filters.js';
import { type Callback, useCallbacks, useDiscard, useReplay } from './queries.js';

/** Reviews that were refused. */
export function Callbacks() {
  const say = useTexts();
  const title = say('operations.page.callbacks');
  const [[user], [page, setPage]] = [useAddress('user_id'), usePage()];
  return (
    <Page title={title} actions={<ExportCsv path="/api/operations/v1/callbacks" query={{ user_id: numberIn(user) }} />}>
      <p className="quiet">{say('operations.callbacks_what')}</p>
      <search className="filters">
        <IdFilter name="user_id" label="operations.learner_id" />
      </search>
      <Loaded
        query={useCallbacks({ user_id: numberIn(user), page })}
        isEmpty={({ count }) => count === 0}
        empty={say('operations.no_callbacks')}
      >
        {({ results, page: at, pages }) => (
          <>
            <DataTable
              label={title}
              rows={results}
              keyOf={({ id }) => id}
              columns={[
                { id: 'id', header: 'operations.number', cell: ({ id }) => id, isRowHeader: true },
                { id: 'why', header: 'operations.why', cell: ({ reason }) => reason },
                { id: 'user', header: 'operations.learner_id', cell: ({ user_id }) => user_id ?? '–', isNumber: true },
                { id: 'external', header: 'operations.external_id', cell: ({ external_id }) => external_id ?? '–' },
                { id: 'provider', header: 'operations.provider', cell: ({ provider }) => provider ?? '–' },
                { id: 'times', header: 'operations.times', cell: ({ times }) => times, isNumber: true },
                { id: 'at', header: 'operations.since', cell: ({ received_at }) => <TimeAgo at={received_at} /> },
                {
                  id: 'act',
                  header: 'operations.actions',
                  cell: (callback) => <CallbackActions callback={callback} />,
                },
              ]}
            />
            <Pages page={at} pages={pages} onPage={setPage} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function CallbackActions({ callback: { id, user_id } }: { callback: Callback }) {
  const [open, setOpen] = useState<'replay' | 'discard'>();
  const { is_superuser } = useMe();
  const notify = useNotice();
  const say = useTexts();
  const close = () => setOpen(undefined);
  const replay = useReplay(() => {
    notify(say('operations.replayed'));
    close();
  });
  const discard = useDiscard(() => {
    notify(say('operations.discarded'));
    close();
  });
  if (!is_superuser) return null;
  const values = { id, user: user_id === null ? '–' : String(user_id) };
  const change = open === 'discard' ? discard : replay;
  return (
    <div className="buttons">
      <button type="button" className="compact" onClick={() => setOpen('replay')}>
        {say('operations.replay')}
      </button>
      <button type="button" className="compact danger" onClick={() => setOpen('discard')}>
        {say('operations.discard')}
      </button>
      {open && (
        <Confirm
          title={say(`operations.${open}_title`)}
          action={say(`operations.${open}`)}
          isDangerous={open === 'discard'}
          isBusy={change.isPending}
          error={change.error}
          confirm={() => change.mutate(id)}
          close={close}
        >
          <p>
            <FormattedMessage id={`operations.${open}_consequence`} values={values} />
          </p>
        </Confirm>
      )}
    </div>
  );
}
