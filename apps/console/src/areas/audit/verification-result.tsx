import type { Verification, VerifiedCheckpoint, VerifiedEvent } from '#log-proofs';
import { Fact } from '../../kit/facts.js';
import { Badge, type Tone } from '../../kit/status-badge.js';
import { useTexts } from '../../kit/texts.js';
import { Time } from '../../kit/times.js';
import { Sentence } from './event-parts.js';

/** The browser's findings: the verdict, the checkpoints with their signatures, and the path of each event. */
export function VerificationResult({
  result: { stream, events, checkpoints },
  isOwnKey,
}: {
  result: Verification;
  isOwnKey: boolean;
}) {
  const say = useTexts();
  const wrong = events.find(({ problem }) => problem !== undefined);
  const unsigned = checkpoints.find(({ problem }) => problem !== undefined);
  const isUnsupported = checkpoints.some((checkpoint) => checkpoint.isUnsupported);
  const uncovered = events.filter(({ path }) => path === undefined).length;
  return (
    <>
      {wrong && (
        <p className="banner bad" role="alert">
          <strong>
            {say('audit.event_number', { version: wrong.version })} (
            <Sentence type={wrong.type} />
            ):
          </strong>{' '}
          {say(`audit.problem.${wrong.problem}`)}
        </p>
      )}
      {unsigned && (
        <p className="banner bad" role="alert">
          {say(`audit.problem.${unsigned.problem}`)}
        </p>
      )}
      {!wrong && !unsigned && !isUnsupported && checkpoints.length > 0 && (
        <p className="banner good" role="status">
          {say('audit.verified', { count: events.length - uncovered, stream })}
        </p>
      )}
      {uncovered > 0 && <p className="banner warn">{say('audit.uncovered', { count: uncovered })}</p>}
      {isUnsupported && <p className="banner warn">{say('audit.no_ed25519')}</p>}
      {!isOwnKey && !isUnsupported && <p className="banner warn">{say('audit.key_of_server')}</p>}
      {checkpoints.map((checkpoint) => (
        <Checkpoint key={checkpoint.note} checkpoint={checkpoint} />
      ))}
      <ol className="plain-list stack-tight audit-events">
        {events.map((event) => (
          <li key={event.eventId} className="card">
            <Path event={event} />
          </li>
        ))}
      </ol>
    </>
  );
}

function Checkpoint({ checkpoint: { origin, size, signedBy, cosignedBy, note } }: { checkpoint: VerifiedCheckpoint }) {
  const say = useTexts();
  return (
    <div className="card stack-tight">
      <h3>{say('audit.checkpoint', { origin, size })}</h3>
      <ul className="plain-list">
        {signedBy.map(({ key, source }) => (
          <li key={`${source} ${key}`}>
            <Badge tone="good">{say(`audit.signed_by_${source}`)}</Badge> <code>{key}</code>
          </li>
        ))}
        {cosignedBy.map(({ name, at, source }) => (
          <li key={`${source} ${name}`}>
            <Badge tone="good">{say(`audit.cosigned_by_${source}`)}</Badge> <code>{name}</code> · <Time at={at} />
          </li>
        ))}
        {cosignedBy.length === 0 && <li className="quiet">{say('audit.no_witness')}</li>}
      </ul>
      <details className="small">
        <summary>{say('audit.note')}</summary>
        <pre>{note}</pre>
      </details>
    </div>
  );
}

function Path({ event: { version, type, hash, path, problem } }: { event: VerifiedEvent }) {
  const say = useTexts();
  const [tone, id]: [Tone, string] = problem
    ? ['bad', `audit.problem.${problem}`]
    : path
      ? ['good', 'audit.event_verified']
      : ['warn', 'audit.event_uncovered'];
  return (
    <details>
      <summary>
        {say('audit.event_number', { version })} · <Sentence type={type} />{' '}
        <Badge tone={problem ? 'bad' : tone}>{say(problem ? 'audit.event_changed' : id)}</Badge>
      </summary>
      {problem && <p className="field-error">{say(id)}</p>}
      <dl className="facts small">
        <Fact name="audit.hash">
          <span className="fixed">{hash}</span>
        </Fact>
        {path && (
          <>
            <Fact name="audit.leaf" values={{ index: path.index }}>
              <span className="fixed">{path.leafHash}</span>
            </Fact>
            {path.steps.map(({ side, sibling, hash: above }, at) => (
              <Fact key={above} name={`audit.step_${side}`} values={{ number: at + 1 }}>
                <span className="fixed">
                  {sibling}
                  <br />→ {above}
                </span>
              </Fact>
            ))}
            <Fact name="audit.root">
              <span className="fixed">{path.root}</span>
            </Fact>
          </>
        )}
      </dl>
    </details>
  );
}
