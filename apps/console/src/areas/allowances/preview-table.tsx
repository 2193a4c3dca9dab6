import { useState } from 'react';
import { FormattedMessage } from 'react-intl';
import { DataTable, Pages } from '../../kit/data-table.js';
import { SelectField } from '../../kit/fields.js';
import { LearnerName } from '../../kit/learner-name.js';
import { Badge } from '../../kit/status-badge.js';
import { useTexts } from '../../kit/texts.js';
import { isTime } from './kinds.js';
import type { Previewed } from './preview.js';

const pageSize = 25;
const filters = {
  all: () => true,
  replaces: ({ replaces }: Previewed) => replaces !== null,
  late: ({ effect }: Previewed) => effect !== 'counts',
};

/** Each learner at each exam, with the minutes before and after. */
export function PreviewTable({ allowances }: { allowances: readonly Previewed[] }) {
  const say = useTexts();
  const [filter, setFilter] = useState<keyof typeof filters>('all');
  const [page, setPage] = useState(1);
  const shown = allowances.filter(filters[filter]);
  const names = (Object.keys(filters) as (keyof typeof filters)[]).filter(
    (name) => name === 'all' || allowances.some(filters[name]),
  );
  return (
    <div className="stack">
      {names.length > 1 && (
        <SelectField
          label={say('allowances.show')}
          value={filter}
          onChange={(chosen) => {
            setFilter(chosen as keyof typeof filters);
            setPage(1);
          }}
          options={names.map((name) => ({ value: name, label: say(`allowances.show.${name}`) }))}
        />
      )}
      <DataTable
        label={say('allowances.step.preview')}
        rows={shown.slice((page - 1) * pageSize, page * pageSize)}
        keyOf={({ user_id, exam_id }) => `${user_id} ${exam_id}`}
        columns={[
          {
            id: 'learner',
            header: 'allowances.learner',
            cell: ({ learner }) => <LearnerName learner={learner} />,
            isRowHeader: true,
          },
          { id: 'exam', header: 'allowances.exam', cell: ({ exam }) => exam.exam_name },
          { id: 'minutes', header: 'allowances.minutes_of', cell: (row) => <Minutes row={row} /> },
          {
            id: 'effect',
            header: 'allowances.effect',
            cell: ({ effect }) => (
              <Badge tone={effect === 'counts' ? 'good' : 'warn'}>{say(`allowances.effect.${effect}`)}</Badge>
            ),
          },
        ]}
      />
      <Pages page={page} pages={Math.ceil(shown.length / pageSize)} onPage={setPage} />
    </div>
  );
}

function Minutes({ row }: { row: Previewed }) {
  const say = useTexts();
  const { minutes_before: before, minutes_after: after, replaces, key, value } = row;
  return (
    <span className="two-lines">
      {before === after
        ? say('allowances.minutes_same', { minutes: before })
        : say('allowances.of_minutes', { before, after })}
      {replaces !== null && (
        <span className="quiet small">
          <FormattedMessage
            id="allowances.replaces"
            values={{
              value: isTime(key) ? (
                <FormattedMessage id="allowances.more_minutes" values={{ minutes: Number(replaces) }} />
              ) : (
                `“${replaces}”`
              ),
            }}
          />
        </span>
      )}
      {!isTime(key) && <span className="small allowances-text">{value}</span>}
    </span>
  );
}
