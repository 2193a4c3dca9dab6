import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { useAddress, usePage } from '../../kit/address.js';
import { DataTable, Pages } from '../../kit/data-table.js';
import { Confirm } from '../../kit/dialog.js';
import { ExportCsv } from '../../kit/export-csv.js';
import { useNotice } from '../../kit/notices.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { TimeAgo } from '../../kit/times.js';
import { useMe } from '../../session/session.js';
import { IdFilter, numberIn } from './filters.js';
import { type Callback, useCallbacks, useDiscard, useReplay } from './queries.js';

/** Reviews that were refused. */
export function Callbacks() {
  const intl = useIntl();
  const title = intl.formatMessage({ id: 'operations.page.callbacks' });
  const head = (id: string) => intl.formatMessage({ id: `operations.${id}` });
  const [[user], [page, setPage]] = [useAddress('user_id'), usePage()];
  return (
    <Page title={title} actions={<ExportCsv path="/api/operations/v1/callbacks" query={{ user_id: numberIn(user) }} />}>
      <p className="quiet">
        <FormattedMessage id="operations.callbacks_what" />
      </p>
      <search className="filters">
        <IdFilter name="user_id" label="operations.learner_id" />
      </search>
      <Loaded
        query={useCallbacks({ user_id: numberIn(user), page })}
        isEmpty={({ count }) => count === 0}
        empty={<FormattedMessage id="operations.no_callbacks" />}
      >
        {({ results, page: at, pages }) => (
          <>
            <DataTable
              label={title}
              rows={results}
              keyOf={({ id }) => id}
              columns={[
                { id: 'id', header: head('number'), cell: ({ id }) => id, isRowHeader: true },
                { id: 'why', header: head('why'), cell: ({ reason }) => reason },
                { id: 'user', header: head('learner_id'), cell: ({ user_id }) => user_id ?? '–', isNumber: true },
                { id: 'external', header: head('external_id'), cell: ({ external_id }) => external_id ?? '–' },
                { id: 'provider', header: head('provider'), cell: ({ provider }) => provider ?? '–' },
                { id: 'times', header: head('times'), cell: ({ times }) => times, isNumber: true },
                { id: 'at', header: head('since'), cell: ({ received_at }) => <TimeAgo at={received_at} /> },
                { id: 'act', header: head('actions'), cell: (callback) => <CallbackActions callback={callback} /> },
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
  const intl = useIntl();
  const close = () => setOpen(undefined);
  const replay = useReplay(() => {
    notify(intl.formatMessage({ id: 'operations.replayed' }));
    close();
  });
  const discard = useDiscard(() => {
    notify(intl.formatMessage({ id: 'operations.discarded' }));
    close();
  });
  if (!is_superuser) return null;
  const values = { id, user: user_id === null ? '–' : String(user_id) };
  const change = open === 'discard' ? discard : replay;
  return (
    <div className="buttons">
      <button type="button" className="compact" onClick={() => setOpen('replay')}>
        <FormattedMessage id="operations.replay" />
      </button>
      <button type="button" className="compact danger" onClick={() => setOpen('discard')}>
        <FormattedMessage id="operations.discard" />
      </button>
      {open && (
        <Confirm
          title={<FormattedMessage id={`operations.${open}_title`} />}
          action={<FormattedMessage id={`operations.${open}`} />}
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
