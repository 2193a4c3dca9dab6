import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { api, type Shape, unwrap } from '../../api/client.js';
import { ConsequenceBadge } from '../../kit/consequence-badge.js';
import { Loaded } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { Time } from '../../kit/times.js';
import { ActorName, Sentence } from './event-parts.js';

type Command = Shape<'CommandWithEvents'>;
type Consequence = Shape<'Consequence'>;

/** The commands that led to the events, and all that followed. It is read when somebody opens it. */
export function Causes({ attemptId }: { attemptId: number }) {
  const say = useTexts();
  const [isOpen, setOpen] = useState(false);
  return (
    <section className="stack" aria-labelledby="audit-causes">
      <h2 id="audit-causes">{say('audit.causes')}</h2>
      {isOpen ? (
        <Tree attemptId={attemptId} />
      ) : (
        <div className="buttons">
          <button type="button" onClick={() => setOpen(true)}>
            {say('audit.show_causes')}
          </button>
        </div>
      )}
    </section>
  );
}

function Tree({ attemptId }: { attemptId: number }) {
  const query = useQuery({
    queryKey: ['consequences', attemptId],
    queryFn: () =>
      unwrap(api.GET('/api/audit/v1/attempts/{attemptId}/consequences', { params: { path: { attemptId } } })),
  });
  return (
    <Loaded query={query} isEmpty={({ commands }) => commands.length === 0}>
      {({ commands }) => (
        <ul className="audit-tree">
          {commands.map((command) => (
            <li key={command.command_id}>
              <CommandBranch command={command} />
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  );
}

function CommandBranch({ command: { actor, request_id, events } }: { command: Command }) {
  const say = useTexts();
  return (
    <details open>
      <summary>
        {say('audit.command_by')} <ActorName actor={actor} />
      </summary>
      {request_id && (
        <Link className="small" href={`/audit?request_id=${encodeURIComponent(request_id)}`}>
          {say('audit.events_of_request')}
        </Link>
      )}
      <ul>
        {events.map(({ event_id, type, stream, version, recorded_at, consequences }) => (
          <li key={event_id}>
            <details open={consequences.length > 0}>
              <summary>
                <Sentence type={type} />{' '}
                <span className="quiet small">
                  {stream} · {version} · <Time at={recorded_at} />
                </span>
              </summary>
              {consequences.length === 0 ? (
                <p className="quiet small">{say('audit.nothing_followed')}</p>
              ) : (
                <ul>
                  {consequences.map((consequence, at) => (
                    <li key={at}>
                      <Followed consequence={consequence} />
                    </li>
                  ))}
                </ul>
              )}
            </details>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Followed({ consequence: { kind, to, what, state, at, reason, receipts } }: { consequence: Consequence }) {
  const say = useTexts();
  return (
    <div className="stack-tight">
      <p className="row">
        {say(`consequence.kind.${kind}`)}
        {what && <code>{what}</code>}
        {to && <code>{to}</code>}
        <ConsequenceBadge state={state} />
        {at && (
          <span className="quiet small">
            <Time at={at} />
          </span>
        )}
      </p>
      {reason && <p className="field-error">{reason}</p>}
      {receipts.map(({ topic, partition, offset, ce_id }) => (
        <p key={`${topic} ${partition} ${offset}`} className="quiet small fixed">
          {topic} · {partition} · {offset} · {ce_id}
        </p>
      ))}
    </div>
  );
}
