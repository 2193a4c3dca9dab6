import { Fragment } from 'react';
import { FormattedMessage } from 'react-intl';
import { useTexts } from '../../kit/texts.js';
import { Time } from '../../kit/times.js';
import { type Actor, factsOf, type LogEvent } from './events.js';

/** An event as a sentence. */
export const Sentence = ({ type }: { type: string }) => (
  <FormattedMessage id={`audit.event.${type}`} defaultMessage={type} />
);

export function ActorName({ actor }: { actor: Actor }) {
  const say = useTexts();
  const name = actor.kind === 'user' ? actor.userId : 'name' in actor ? actor.name : '';
  return say(`audit.actor.${actor.kind}`, { name: String(name) });
}

/** A field of an event or an attempt. Unknown ones keep the name of the log. */
export const FieldName = ({ name }: { name: string }) => (
  <FormattedMessage
    id={`audit.field.${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`}
    defaultMessage={name}
  />
);

/** A value of an event or an attempt, for people: local times, yes and no, the parts of an object. */
export function Value({ value }: { value: unknown }) {
  const say = useTexts();
  if (typeof value === 'boolean') return say(value ? 'kit.yes' : 'kit.no');
  if (typeof value === 'string' && isoTime.test(value)) return <Time at={value} />;
  if (value === null || value === undefined || typeof value !== 'object') return String(value ?? '–');
  return Object.entries(value).map(([name, part], at) => (
    <Fragment key={name}>
      {at > 0 && ' · '}
      {!Array.isArray(value) && (
        <>
          <FieldName name={name} />:{' '}
        </>
      )}
      <Value value={part} />
    </Fragment>
  ));
}

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export function Facts({ event }: { event: Pick<LogEvent, 'data'> }) {
  const facts = factsOf(event);
  if (facts.length === 0) return null;
  return (
    <dl className="facts small">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>
            <FieldName name={name} />
          </dt>
          <dd>
            <Value value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

export const Raw = ({ value }: { value: unknown }) => (
  <details className="small">
    <summary>
      <FormattedMessage id="audit.raw" />
    </summary>
    <pre>{JSON.stringify(value, null, 2)}</pre>
  </details>
);
