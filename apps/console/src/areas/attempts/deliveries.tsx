import { useQuery } from '@tanstack/react-query';
import { api, type Shape, unwrap } from '../../api/client.js';
import { ConsequenceBadge } from '../../kit/consequence-badge.js';
import { DataTable } from '../../kit/data-table.js';
import { Loaded } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { Time } from '../../kit/times.js';

type Consequence = Shape<'Consequence'>;
type Row = Consequence & { id: string; recordedAt: string };

/** All that was sent because of the attempt: messages, mails and notifications of the provider, the newest first. */
export function Deliveries({ attemptId }: { attemptId: number }) {
  const say = useTexts();
  const query = useQuery({
    queryKey: ['attempts', 'deliveries', attemptId],
    queryFn: () =>
      unwrap(api.GET('/api/audit/v1/attempts/{attemptId}/consequences', { params: { path: { attemptId } } })),
    select: ({ commands }) =>
      commands
        .flatMap(({ events }) => events)
        .flatMap(({ event_id, recorded_at, consequences }) =>
          consequences.map((each, index): Row => ({ ...each, id: `${event_id} ${index}`, recordedAt: recorded_at })),
        )
        .toReversed(),
  });
  const title = say('attempts.deliveries');
  return (
    <section className="stack-tight attempts-deliveries">
      <h2>{title}</h2>
      <Loaded query={query} isEmpty={(rows) => rows.length === 0} empty={say('attempts.no_deliveries')}>
        {(rows) => (
          <DataTable
            label={title}
            rows={rows}
            keyOf={({ id }) => id}
            columns={[
              { id: 'caused', header: 'attempts.caused', cell: (row) => <Time at={row.recordedAt} /> },
              { id: 'what', header: 'attempts.what', cell: (row) => <What row={row} /> },
              { id: 'to', header: 'attempts.to', cell: ({ to }) => <span className="fixed">{to}</span> },
              { id: 'state', header: 'attempts.state', cell: (row) => <State row={row} /> },
            ]}
          />
        )}
      </Loaded>
    </section>
  );
}

function What({ row: { kind, what } }: { row: Row }) {
  const say = useTexts();
  return (
    <>
      {say(`consequence.kind.${kind}`)}
      {what && <span className="quiet"> {what}</span>}
    </>
  );
}

function State({ row: { state, at, reason } }: { row: Row }) {
  return (
    <>
      <ConsequenceBadge state={state} /> {at && <Time at={at} />}
      {reason && <div className="quiet small">{reason}</div>}
    </>
  );
}
