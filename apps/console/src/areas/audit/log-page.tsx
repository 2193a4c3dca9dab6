import { useQuery } from '@tanstack/react-query';
import { FormattedMessage } from 'react-intl';
import { api, type Shape, unwrap } from '../../api/client.js';
import { type Column, DataTable } from '../../kit/data-table.js';
import { Fact } from '../../kit/facts.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { Badge } from '../../kit/status-badge.js';
import { useTexts } from '../../kit/texts.js';
import { Time } from '../../kit/times.js';

type State = Shape<'LogState'>;

/** The Merkle log: the newest signed checkpoint, the keys that may sign, and the witnesses. */
export function LogPage() {
  const say = useTexts();
  const query = useQuery({
    queryKey: ['log state'],
    queryFn: () => unwrap(api.GET('/api/audit/v1/log/state')),
    refetchInterval: 10_000,
  });
  return (
    <Page title={say('audit.page.log')}>
      <Loaded query={query}>{(state) => <LogState state={state} />}</Loaded>
    </Page>
  );
}

function LogState({ state: { checkpoint, keys, witnesses, quorum, unwitnessed_seconds } }: { state: State }) {
  const say = useTexts();
  return (
    <>
      <section className="card stack-tight">
        <h2>{say('audit.newest_checkpoint')}</h2>
        {checkpoint ? (
          <>
            <dl className="facts">
              <Fact name="audit.tree_size">{say('audit.tree', { size: checkpoint.size, tree: checkpoint.tree })}</Fact>
              <Fact name="audit.signed_at">
                <Time at={checkpoint.signed_at} />
              </Fact>
            </dl>
            <pre>{checkpoint.note}</pre>
          </>
        ) : (
          <p className="quiet">{say('audit.no_checkpoint')}</p>
        )}
      </section>
      <h2>{say('audit.keys')}</h2>
      <DataTable label={say('audit.keys')} columns={keyColumns} rows={keys} keyOf={({ public_key }) => public_key} />
      <h2>{say('audit.witnesses')}</h2>
      {witnesses.length === 0 ? (
        <p className="banner warn">{say('audit.no_witnesses')}</p>
      ) : (
        <>
          <p>{say('audit.quorum', { quorum, count: witnesses.length, seconds: Math.round(unwitnessed_seconds) })}</p>
          <DataTable
            label={say('audit.witnesses')}
            columns={witnessColumns}
            rows={witnesses}
            keyOf={({ verifier_key }) => verifier_key}
          />
        </>
      )}
    </>
  );
}

const keyColumns: Column<State['keys'][number]>[] = [
  { id: 'key', header: 'audit.public_key', cell: ({ public_key }) => <code>{public_key}</code>, isRowHeader: true },
  {
    id: 'state',
    header: 'audit.key_state',
    cell: ({ signs, revoked }) =>
      revoked ? (
        <Badge tone="bad">
          <FormattedMessage id="audit.key_revoked" values={{ tree: revoked.tree, size: revoked.from_size }} />
        </Badge>
      ) : (
        <Badge tone={signs ? 'good' : 'idle'}>
          <FormattedMessage id={signs ? 'audit.key_signs' : 'audit.key_retired'} />
        </Badge>
      ),
  },
];

const witnessColumns: Column<State['witnesses'][number]>[] = [
  { id: 'name', header: 'audit.witness', cell: ({ name }) => name, isRowHeader: true },
  { id: 'cosigned', header: 'audit.cosigned_at', cell: ({ cosigned_at }) => <Time at={cosigned_at} /> },
  { id: 'key', header: 'audit.verifier_key', cell: ({ verifier_key }) => <code>{verifier_key}</code> },
];
