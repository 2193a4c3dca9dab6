import { memo } from 'react';
import { FormattedMessage, FormattedTime, useIntl } from 'react-intl';
import { Badge, StatusBadge } from '../../kit/status-badge.js';
import { durationOf, TimeAgo } from '../../kit/times.js';
import type { Row } from './board.js';
import { type ShownRow, shownName, type Warning } from './shown-rows.js';
import { usePeriod } from './use-board.js';

type Props = {
  index: number;
  measure: (element: Element | null) => void;
  shown: ShownRow;
  aheadMs: number;
  isSelected: boolean;
  onSelect: (attemptIds: readonly number[], isSelected: boolean) => void;
};

export const BoardRow = memo(function BoardRow({ index, measure, shown, aheadMs, isSelected, onSelect }: Props) {
  const intl = useIntl();
  const { row, warnings, exam } = shown;
  return (
    <tr aria-rowindex={index + 2} aria-selected={isSelected} data-index={index} ref={measure}>
      <td className="exam-day-tick">
        <input
          type="checkbox"
          aria-label={intl.formatMessage({ id: 'kit.select' }, { name: shownName(row) })}
          checked={isSelected}
          onChange={({ target }) => onSelect([row.attempt_id], target.checked)}
        />
      </td>
      <th scope="row">
        {shownName(row)} {row.learner.full_name && <span className="quiet small">{row.learner.username}</span>}
      </th>
      <td>{exam}</td>
      <td>
        {row.is_paused ? (
          <Badge tone="warn">
            <FormattedMessage id="exam_day.is_paused" />
          </Badge>
        ) : (
          <StatusBadge status={row.status} />
        )}
      </td>
      <td className="number">
        <TimeLeft row={row} aheadMs={aheadMs} />
      </td>
      <td>
        <TimeAgo at={row.last_poll_at} />
      </td>
      <td>
        <FormattedMessage id={`exam_day.provider.${row.provider_state}`} />
      </td>
      <td>
        {warnings.map((warning) => (
          <Badge key={warning} tone={tones[warning]}>
            <FormattedMessage id={`exam_day.warning.${warning}`} />
          </Badge>
        ))}
      </td>
    </tr>
  );
}, isSame);

/** The other properties follow from these. */
function isSame(before: Props, after: Props) {
  return (
    before.index === after.index &&
    before.shown.row === after.shown.row &&
    before.shown.exam === after.shown.exam &&
    before.shown.warnings.join() === after.shown.warnings.join() &&
    before.isSelected === after.isSelected &&
    before.onSelect === after.onSelect
  );
}

const tones: Partial<Record<Warning, 'bad'>> = { provider_silent: 'bad', provider_refuses: 'bad', no_poll: 'bad' };

/** Counts by itself, so that the row need not be rendered each second. */
function TimeLeft({ row: { ends_at, ended_at, paused_seconds_left }, aheadMs }: { row: Row; aheadMs: number }) {
  const now = usePeriod(1) * 1000 + aheadMs;
  if (paused_seconds_left !== null) return durationOf(paused_seconds_left);
  if (ends_at !== null) return durationOf((Date.parse(ends_at) - now) / 1000);
  if (ended_at !== null)
    return (
      <span className="quiet">
        <FormattedMessage
          id="exam_day.ended_at"
          values={{ time: <FormattedTime value={ended_at} hour="2-digit" minute="2-digit" /> }}
        />
      </span>
    );
  return <span className="quiet">–</span>;
}
