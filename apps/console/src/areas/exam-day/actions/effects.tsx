import { FormattedMessage } from 'react-intl';
import { type Column, DataTable } from '../../../kit/data-table.js';
import { Badge, StatusBadge } from '../../../kit/status-badge.js';
import { useTexts } from '../../../kit/texts.js';
import { durationOf, Time } from '../../../kit/times.js';
import type { Answer, Result } from './requests.js';

/** More rows help nobody, and make the dialog slow. */
const mostRows = 100;

/** User names by the user's id. Answers that the service stores have none. */
export type Names = ReadonlyMap<number, string | null>;

export const namesIn = ({ attempts }: Answer): Names =>
  new Map(attempts.map(({ user_id, username }) => [user_id, username]));

/** The effect of an action on each attempt. Refused attempts come first. */
export function Effects({ answer, names }: { answer: Answer; names: Names }) {
  const say = useTexts();
  const rows = [...answer.attempts].sort((one, other) => rank(one) - rank(other));
  const hasTime = rows.some(({ seconds }) => seconds !== null);
  const refused = rows.filter(({ refusal }) => refusal !== null).length;
  const unchanged = rows.length - answer.changed - refused;
  if (rows.length + answer.not_found.length === 0) return <p role="status">{say('exam_day.nobody')}</p>;
  return (
    <div className="stack">
      <p role="status">
        {say(answer.preview ? 'exam_day.would_change' : 'exam_day.changed', {
          changed: answer.changed,
          unchanged,
          refused: refused + answer.not_found.length,
        })}
      </p>
      {rows.length > 0 && (
        <div className="exam-day-effects">
          <DataTable
            label={say('exam_day.effects')}
            columns={[learner(names), ...columns.filter(({ id }) => hasTime || id !== 'seconds')]}
            rows={rows.slice(0, mostRows)}
            keyOf={(row) => row.attempt_id}
          />
        </div>
      )}
      {rows.length > mostRows && (
        <p className="quiet">{say('exam_day.more_rows', { count: rows.length - mostRows })}</p>
      )}
      {answer.not_found.length > 0 && (
        <p className="banner warn">{say('exam_day.not_found', { count: answer.not_found.length })}</p>
      )}
    </div>
  );
}

const rank = ({ refusal, changed }: Result) => (refusal ? 0 : changed ? 1 : 2);

const learner = (names: Names): Column<Result> => ({
  id: 'learner',
  header: 'exam_day.column.name',
  cell: ({ user_id }) => names.get(user_id) || user_id,
  isRowHeader: true,
});

const columns: Column<Result>[] = [
  {
    id: 'status',
    header: 'exam_day.column.status',
    cell: ({ status, is_paused }) =>
      is_paused ? (
        <Badge tone="warn">
          <FormattedMessage id="exam_day.is_paused" />
        </Badge>
      ) : (
        <StatusBadge status={status} />
      ),
  },
  {
    id: 'seconds',
    header: 'exam_day.extra_time.short',
    cell: ({ seconds }) => (seconds === null ? '–' : durationOf(seconds)),
    isNumber: true,
  },
  {
    id: 'end',
    header: 'exam_day.end',
    cell: ({ ends_at, completed_at, is_paused, time_remaining_seconds }) =>
      is_paused ? (
        <FormattedMessage id="exam_day.left" values={{ time: durationOf(time_remaining_seconds) }} />
      ) : (
        <Time at={ends_at ?? completed_at} />
      ),
  },
  {
    id: 'note',
    header: 'exam_day.note',
    cell: ({ refusal, changed }) =>
      refusal ? (
        <FormattedMessage id={`exam_day.refusal.${refusal.code}`} defaultMessage={refusal.detail} />
      ) : (
        !changed && <FormattedMessage id="exam_day.unchanged" />
      ),
  },
];
