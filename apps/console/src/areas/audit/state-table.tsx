import { FormattedMessage, useIntl } from 'react-intl';
import { Badge } from '../../kit/status-badge.js';
import { FieldName, Value } from './event-parts.js';

type State = Record<string, unknown>;

/** The fields of an attempt before and after an event, those that changed first. */
export function StateTable({ before, after }: { before: State; after: State }) {
  const intl = useIntl();
  const fields = Object.keys({ ...before, ...after }).map((name) => ({
    name,
    was: before[name] ?? null,
    is: after[name] ?? null,
    hasChanged: (before[name] ?? null) !== (after[name] ?? null),
  }));
  const sorted = [...fields.filter(({ hasChanged }) => hasChanged), ...fields.filter(({ hasChanged }) => !hasChanged)];
  const label = intl.formatMessage({ id: 'audit.state' });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: people without a mouse scroll it by the arrow keys
    <section className="table-box" aria-label={label} tabIndex={0}>
      <table aria-label={label}>
        <thead>
          <tr>
            <th scope="col">
              <FormattedMessage id="audit.field" />
            </th>
            <th scope="col">
              <FormattedMessage id="audit.before" />
            </th>
            <th scope="col">
              <FormattedMessage id="audit.after" />
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.map(({ name, was, is, hasChanged }) => (
            <tr key={name} className={hasChanged ? 'audit-changed' : undefined}>
              <th scope="row">
                <FieldName name={name} />{' '}
                {hasChanged && (
                  <Badge tone="busy">
                    <FormattedMessage id="audit.changed" />
                  </Badge>
                )}
              </th>
              <td className="audit-long">
                {hasChanged ? (
                  <del>
                    <Value value={was} />
                  </del>
                ) : (
                  <Value value={was} />
                )}
              </td>
              <td className="audit-long">
                {hasChanged ? (
                  <ins>
                    <Value value={is} />
                  </ins>
                ) : (
                  <Value value={is} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
