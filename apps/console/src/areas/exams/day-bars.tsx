import type { ReactNode } from 'react';
import { FormattedNumber } from 'react-intl';
import type { Shape } from '../../api/client.js';
import { DataTable } from '../../kit/data-table.js';
import { useTexts } from '../../kit/texts.js';

type Count = Shape<'AttemptsByDays'>;

/** Bars of attempts by whole days, with a table of the same numbers. */
export function DayBars({ label, counts }: { label: string; counts: readonly Count[] }) {
  const say = useTexts();
  const most = Math.max(1, ...counts.map(({ attempts }) => attempts));
  return (
    <figure className="card stack-tight">
      <figcaption>
        <h2>{label}</h2>
      </figcaption>
      <div className="exams-columns" aria-hidden="true">
        {counts.map(({ days, attempts }) => (
          <div key={days} className="exams-column">
            <span className="small">{attempts > 0 && <FormattedNumber value={attempts} notation="compact" />}</span>
            <span className="exams-column-bar" style={{ blockSize: `${(attempts / most) * 8}rem` }} />
            <span className="small quiet">{days === 0 ? '<1' : days === 14 ? '14+' : days}</span>
          </div>
        ))}
      </div>
      <p className="small quiet" aria-hidden="true">
        {say('exams.outcomes.days')}
      </p>
      <NumbersOfDays label={label} counts={counts} />
    </figure>
  );
}

function NumbersOfDays({ label, counts }: { label: string; counts: readonly Count[] }) {
  const say = useTexts();
  return (
    <Numbers>
      <DataTable
        label={label}
        rows={counts}
        keyOf={({ days }) => days}
        columns={[
          {
            id: 'days',
            header: 'exams.outcomes.days',
            isRowHeader: true,
            cell: ({ days }) => say('exams.outcomes.day_count', { days }),
          },
          {
            id: 'attempts',
            header: 'exams.attempts',
            isNumber: true,
            cell: ({ attempts }) => <FormattedNumber value={attempts} />,
          },
        ]}
      />
    </Numbers>
  );
}

/** The numbers of a chart, for those who cannot see it or want them exactly. */
export function Numbers({ children }: { children: ReactNode }) {
  const say = useTexts();
  return (
    <details>
      <summary>{say('exams.outcomes.numbers')}</summary>
      {children}
    </details>
  );
}
