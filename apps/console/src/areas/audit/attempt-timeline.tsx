import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { useIntl } from 'react-intl';
import { api, unwrap } from '../../api/client.js';
import { useAddress } from '../../kit/address.js';
import { Loaded } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { Time } from '../../kit/times.js';
import { ActorName, Facts, Raw, Sentence } from './event-parts.js';
import type { History } from './events.js';
import { StateTable } from './state-table.js';

/** The events of an attempt, and the attempt after the event that the slider chooses. */
export function AttemptTimeline({ history: { attempt_id: attemptId, events } }: { history: History }) {
  const intl = useIntl();
  const say = useTexts();
  const [version, setVersion] = useAddress('version');
  const asked = events.findIndex((event) => String(event.version) === version);
  const at = asked === -1 ? events.length - 1 : asked;
  const chosen = events[at]!;
  const choose = (index: number) => setVersion(String(events[index]!.version));
  const sentence = intl.formatMessage({ id: `audit.event.${chosen.type}`, defaultMessage: chosen.type });
  const place = say('audit.event_of', { at: at + 1, count: events.length });
  return (
    <section className="stack" aria-labelledby="audit-timeline">
      <h2 id="audit-timeline">{say('audit.timeline')}</h2>
      <div className="card stack-tight">
        <label htmlFor="audit-slider" className="row spread">
          <strong>{say('audit.slider')}</strong>
          <span className="quiet">{place}</span>
        </label>
        <input
          id="audit-slider"
          type="range"
          min={0}
          max={events.length - 1}
          step={1}
          value={at}
          aria-valuetext={`${place}: ${sentence}`}
          disabled={events.length === 1}
          onChange={({ target }) => choose(Number(target.value))}
        />
      </div>
      <div className="audit-columns">
        <ol className="audit-line" aria-label={say('audit.events')}>
          {events.map((event, index) => (
            <li key={event.id}>
              <button
                type="button"
                className="plain"
                aria-current={index === at ? 'step' : undefined}
                onClick={() => choose(index)}
              >
                <Sentence type={event.type} />
                <span className="quiet small">
                  <Time at={event.recordedAt} />
                </span>
              </button>
            </li>
          ))}
        </ol>
        <div className="stack">
          <div className="card stack-tight">
            <h3>
              <Sentence type={chosen.type} />
            </h3>
            <p className="small quiet">
              <Time at={chosen.recordedAt} /> · {say('audit.by')} <ActorName actor={chosen.metadata.actor} />
            </p>
            <Facts event={chosen} />
            <Raw value={chosen} />
          </div>
          <StateAfter attemptId={attemptId} version={chosen.version} before={events[at - 1]?.version ?? 0} />
        </div>
      </div>
    </section>
  );
}

type StateProps = { attemptId: number; version: number; before: number };

function StateAfter({ attemptId, version, before }: StateProps) {
  const states = useQueries({
    queries: [before, version].map((each) => ({
      queryKey: ['state', attemptId, each],
      queryFn: () =>
        unwrap(
          api.GET('/api/audit/v1/attempts/{attemptId}/state', {
            params: { path: { attemptId }, query: { version: each } },
          }),
        ),
      // Events never change, and neither does what they led to.
      staleTime: Number.POSITIVE_INFINITY,
      placeholderData: keepPreviousData,
    })),
  });
  const [was, is] = states;
  const failed = states.find(({ error }) => error !== null);
  const query = {
    data: was?.data && is?.data ? ([was.data.state, is.data.state] as const) : undefined,
    error: failed?.error ?? null,
    isPending: states.some(({ isPending }) => isPending) && !failed,
    refetch: () => Promise.all(states.map(({ refetch }) => refetch())),
  };
  return (
    <Loaded query={query}>{([earlier, later]) => <StateTable before={earlier ?? {}} after={later ?? {}} />}</Loaded>
  );
}
