import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { api, type Shape, unwrap } from '../../api/client.js';
import { type Column, DataTable } from '../../kit/data-table.js';
import { ExportCsv } from '../../kit/export-csv.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { Badge, type Tone } from '../../kit/status-badge.js';
import { useTexts } from '../../kit/texts.js';
import { Time } from '../../kit/times.js';
import { type Filter, Filters, useFilters } from './filters.js';
import { More } from './more.js';

type Access = Shape<'Access'>;

const tones: Record<Access['outcome'], Tone> = {
  begun: 'busy',
  done: 'good',
  accepted: 'good',
  refused: 'bad',
  failed: 'bad',
  'not found': 'warn',
  quarantined: 'warn',
  'dry run': 'idle',
};
const outcomes = Object.keys(tones) as Access['outcome'][];

/** The access log: refusals, and uses of rights over data of others. */
export function AccessPage() {
  const say = useTexts();
  const outcomeIn = (outcome: Access['outcome']) => say(`audit.outcome.${outcome.replace(' ', '_')}`);
  const filters: Filter[] = [
    { name: 'user_id', kind: 'number' },
    { name: 'object' },
    {
      name: 'outcome',
      options: [{ value: '', label: say('kit.all') }, ...outcomes.map((value) => ({ value, label: outcomeIn(value) }))],
    },
    { name: 'request_id' },
    { name: 'from', kind: 'time' },
    { name: 'until', kind: 'time' },
  ];
  const asked = useFilters(filters);
  const query = useInfiniteQuery({
    queryKey: ['access log', asked],
    queryFn: ({ pageParam }) =>
      unwrap(api.GET('/api/audit/v1/access/search', { params: { query: { ...asked, ...pageParam } as object } })),
    initialPageParam: {},
    getNextPageParam: ({ next }) => (next === null ? undefined : { after: next }),
  });
  const label = say('audit.page.access');
  const columns: Column<Access>[] = [
    { id: 'at', header: 'audit.column.at', cell: ({ at }) => <Time at={at} />, isRowHeader: true },
    { id: 'who', header: 'audit.column.who', cell: (access) => <Who access={access} /> },
    { id: 'action', header: 'audit.column.action', cell: ({ action }) => <code>{action}</code> },
    {
      id: 'outcome',
      header: 'audit.filter.outcome',
      cell: ({ outcome, status, times }) => (
        <>
          <Badge tone={tones[outcome]}>{outcomeIn(outcome)}</Badge> {status} {times > 1 && `× ${times}`}
        </>
      ),
    },
    {
      id: 'objects',
      header: 'audit.column.about',
      cell: ({ objects, rights }) => (
        <ul className="plain-list small">
          {objects.map((object) => (
            <li key={object}>
              <ObjectLink object={object} />
            </li>
          ))}
          {rights?.map(({ user_id, gained, lost }) => (
            <li key={user_id}>
              {say('audit.rights', {
                user: String(user_id),
                gained: gained.join(', ') || '–',
                lost: lost.join(', ') || '–',
              })}
            </li>
          ))}
        </ul>
      ),
    },
    { id: 'rows', header: 'audit.column.rows', cell: ({ rows }) => rows ?? '–', isNumber: true },
    {
      id: 'request',
      header: 'audit.filter.request_id',
      cell: ({ request_id }) =>
        request_id === null ? (
          '–'
        ) : (
          <Link className="fixed small" href={`/audit?request_id=${encodeURIComponent(request_id)}`}>
            {request_id}
          </Link>
        ),
    },
  ];
  return (
    <Page title={label} actions={<ExportCsv path="/api/audit/v1/access" query={{ ...asked, format: 'csv' }} />}>
      <Filters filters={filters} label={label} />
      <Loaded query={query} isEmpty={({ pages }) => pages[0]?.results.length === 0} empty={say('audit.nothing_found')}>
        {({ pages }) => (
          <>
            <DataTable
              label={label}
              columns={columns}
              rows={pages.flatMap(({ results }) => results)}
              keyOf={({ id }) => id}
            />
            <More query={query} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Who({ access: { user_id, operator, os_user } }: { access: Access }) {
  const say = useTexts();
  if (user_id !== null) return say('audit.actor.user', { name: String(user_id) });
  const name = operator ?? os_user;
  if (name !== null) return say('audit.actor.operator', { name });
  return say('audit.nobody');
}

function ObjectLink({ object }: { object: string }) {
  const [, attempt] = /^attempt:(\d+)$/.exec(object) ?? [];
  return attempt ? <Link href={`/audit/attempts/${attempt}`}>{object}</Link> : <span>{object}</span>;
}
