import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { ColumnHeader, type Sort, TableBox } from '../../kit/data-table.js';
import { useTexts } from '../../kit/texts.js';
import { BoardRow } from './board-row.js';
import type { ShownRow } from './shown-rows.js';

const rowHeight = 45;
const columns = ['name', 'exam', 'status', 'left', 'poll', 'provider', 'warnings'] as const;

type Props = {
  rows: readonly ShownRow[];
  aheadMs: number;
  sort: Sort;
  onSort: (sort: Sort) => void;
  selected: ReadonlySet<number>;
  onSelect: (attemptIds: readonly number[], isSelected: boolean) => void;
};

/** A table of all rows. Only the visible ones are in the page. */
export function BoardTable({ rows, aheadMs, sort, onSort, selected, onSelect }: Props) {
  const say = useTexts();
  const box = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]!.row.attempt_id,
    overscan: 8,
  });
  const items = virtual.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const isAllSelected = rows.every(({ row }) => selected.has(row.attempt_id));
  const label = say('exam_day.table');
  return (
    <TableBox label={label} className="exam-day-board" ref={box} rowCount={rows.length + 1}>
      <thead>
        <tr aria-rowindex={1}>
          <th scope="col" className="exam-day-tick">
            <input
              type="checkbox"
              aria-label={say('exam_day.select_shown', { count: rows.length })}
              checked={isAllSelected}
              onChange={({ target }) =>
                onSelect(
                  rows.map(({ row }) => row.attempt_id),
                  target.checked,
                )
              }
            />
          </th>
          {columns.map((column) => (
            <ColumnHeader
              key={column}
              id={column}
              header={`exam_day.column.${column}`}
              isSortable={column !== 'provider'}
              className={`exam-day-${column}`}
              sort={sort}
              onSort={onSort}
            />
          ))}
        </tr>
      </thead>
      <tbody>
        <Space height={above} />
        {items.map(({ index, key }) => (
          <BoardRow
            key={key}
            index={index}
            measure={virtual.measureElement}
            shown={rows[index]!}
            aheadMs={aheadMs}
            isSelected={selected.has(rows[index]!.row.attempt_id)}
            onSelect={onSelect}
          />
        ))}
        <Space height={below} />
      </tbody>
    </TableBox>
  );
}

/** Stands for the rows that are not in the page. */
function Space({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr>
      <td colSpan={columns.length + 1} style={{ blockSize: height, padding: 0, border: 0 }} />
    </tr>
  );
}
