import type { ReactNode, Ref } from 'react';
import { useTexts } from './texts.js';

export type Column<Row> = {
  id: string;
  /** The id of its text. */
  header: string;
  cell: (row: Row) => ReactNode;
  isNumber?: boolean;
  /** The rows can be sorted by it. */
  isSortable?: boolean;
  /** The cell names the row, for screen readers. */
  isRowHeader?: boolean;
};
/** A column's id; with `-` before it in descending order. */
export type Sort = string;

type Props<Row> = {
  /** Names the table, for screen readers. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string | number;
  sort?: Sort;
  onSort?: (sort: Sort) => void;
  selected?: ReadonlySet<string | number>;
  onSelect?: (selected: ReadonlySet<string | number>) => void;
  /** The row's name at its tick box. */
  nameOf?: (row: Row) => string;
};

type BoxProps = {
  label: string;
  className?: string;
  ref?: Ref<HTMLElement>;
  /** The rows, also those that are not in the page. */
  rowCount?: number;
  children: ReactNode;
};

/** The box in which a table scrolls. */
export function TableBox({ label, className = '', ref, rowCount, children }: BoxProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: people without a mouse scroll it by the arrow keys
    <section className={`table-box ${className}`} aria-label={label} tabIndex={0} ref={ref}>
      <table aria-label={label} aria-rowcount={rowCount}>
        {children}
      </table>
    </section>
  );
}

/** The service sorts and pages the rows. */
export function DataTable<Row>({ label, columns, rows, keyOf, sort, onSort, selected, onSelect, nameOf }: Props<Row>) {
  const say = useTexts();
  const toggle = (keys: readonly (string | number)[], on: boolean) => {
    const next = new Set(selected);
    for (const key of keys) on ? next.add(key) : next.delete(key);
    onSelect?.(next);
  };
  const isAllSelected = rows.length > 0 && rows.every((row) => selected?.has(keyOf(row)));
  return (
    <TableBox label={label}>
      <thead>
        <tr>
          {selected && (
            <th scope="col">
              <input
                type="checkbox"
                aria-label={say('kit.select_all')}
                checked={isAllSelected}
                onChange={({ target }) => toggle(rows.map(keyOf), target.checked)}
              />
            </th>
          )}
          {columns.map((column) => (
            <ColumnHeader key={column.id} {...column} sort={sort} onSort={onSort} />
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const key = keyOf(row);
          return (
            <tr key={key} aria-selected={selected ? selected.has(key) : undefined}>
              {selected && (
                <td>
                  <input
                    type="checkbox"
                    aria-label={say('kit.select', { name: nameOf?.(row) ?? key })}
                    checked={selected.has(key)}
                    onChange={({ target }) => toggle([key], target.checked)}
                  />
                </td>
              )}
              {columns.map(({ id, cell, isNumber, isRowHeader }) =>
                isRowHeader ? (
                  <th key={id} scope="row">
                    {cell(row)}
                  </th>
                ) : (
                  <td key={id} className={isNumber ? 'number' : undefined}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          );
        })}
      </tbody>
    </TableBox>
  );
}

type HeaderProps = Pick<Column<never>, 'id' | 'header' | 'isNumber' | 'isSortable'> & {
  className?: string;
  sort: Sort | undefined;
  onSort: ((sort: Sort) => void) | undefined;
};

export function ColumnHeader({ id, header, isNumber, isSortable, className, sort, onSort }: HeaderProps) {
  const say = useTexts();
  const order = sort === id ? 'ascending' : sort === `-${id}` ? 'descending' : undefined;
  return (
    <th scope="col" className={isNumber ? 'number' : className} aria-sort={order}>
      {isSortable && onSort ? (
        <button type="button" onClick={() => onSort(order === 'ascending' ? `-${id}` : id)}>
          {say(header)}
          <span aria-hidden="true">{order === 'ascending' ? '↑' : order === 'descending' ? '↓' : '↕'}</span>
        </button>
      ) : (
        say(header)
      )}
    </th>
  );
}

/** Page numbers begin at 1. */
export function Pages({ page, pages, onPage }: { page: number; pages: number; onPage: (page: number) => void }) {
  const say = useTexts();
  if (pages <= 1) return null;
  return (
    <nav className="row" aria-label={say('kit.pages')}>
      <button type="button" disabled={page <= 1} onClick={() => onPage(page - 1)}>
        {say('kit.previous')}
      </button>
      <span>{say('kit.page', { page, pages })}</span>
      <button type="button" disabled={page >= pages} onClick={() => onPage(page + 1)}>
        {say('kit.next')}
      </button>
    </nav>
  );
}
