import type { ReactNode } from 'react';
import { FormattedNumber } from 'react-intl';
import { type Column, DataTable } from '../../kit/data-table.js';
import { useTexts } from '../../kit/texts.js';
import { TimeAgo } from '../../kit/times.js';
import { OutcomeBar } from './outcome-bar.js';
import { type Outcomes, outcomeNames, outcomeText } from './outcomes.js';

type Row = { key: string; name: ReactNode; outcomes: Outcomes };

const columns: Column<Row>[] = [
  { id: 'bar', header: 'exams.outcomes.title', cell: ({ outcomes }) => <OutcomeBar outcomes={outcomes} /> },
  ...outcomeNames.map((name) => ({
    id: name,
    header: outcomeText(name),
    isNumber: true,
    cell: ({ outcomes }: Row) => <FormattedNumber value={outcomes[name]} />,
  })),
  { id: 'median', header: 'exams.outcomes.median', cell: ({ outcomes }) => <Hours hours={outcomes.median_hours} /> },
  { id: 'p90', header: 'exams.outcomes.p90', cell: ({ outcomes }) => <Hours hours={outcomes.p90_hours} /> },
  {
    id: 'oldest',
    header: 'exams.outcomes.oldest',
    cell: ({ outcomes }) => <TimeAgo at={outcomes.oldest_waiting_since} />,
  },
];

/** Each row is a bar and its numbers. */
export function OutcomeTable({ label, of, rows }: { label: string; of: 'exam' | 'provider'; rows: readonly Row[] }) {
  const names: Column<Row> = {
    id: 'name',
    header: `exams.${of === 'exam' ? 'name' : 'provider'}`,
    isRowHeader: true,
    cell: ({ name }) => name,
  };
  return <DataTable label={label} columns={[names, ...columns]} rows={rows} keyOf={({ key }) => key} />;
}

/** Whole hours; from two days on days and hours. */
function Hours({ hours }: { hours: number | null }) {
  const say = useTexts();
  if (hours === null) return <span className="quiet">–</span>;
  if (hours < 48) return say('exams.outcomes.hours', { hours });
  return say('exams.outcomes.days_hours', { days: Math.floor(hours / 24), hours: hours % 24 });
}
