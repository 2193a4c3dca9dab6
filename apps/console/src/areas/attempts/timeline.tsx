import { FormattedMessage } from 'react-intl';
import type { Shape } from '../../api/client.js';
import { durationOf, Time } from '../../kit/times.js';

export function Timeline({ entries }: { entries: readonly Shape<'StaffTimelineEntry'>[] }) {
  return (
    <section className="card stack-tight">
      <h2>
        <FormattedMessage id="attempts.timeline" />
      </h2>
      <ol className="attempt-timeline">
        {entries.map(({ at, event, what, by, name, reason, message, seconds }) => (
          <li key={`${at} ${event}`}>
            <span className="quiet small">
              <Time at={at} /> · <FormattedMessage id={`attempts.by.${by}`} />
              {name && ` (${name})`}
            </span>
            <span>
              {what} {seconds !== null && durationOf(seconds)}
            </span>
            {(reason ?? message) && <q className="words">{reason ?? message}</q>}
          </li>
        ))}
      </ol>
    </section>
  );
}
