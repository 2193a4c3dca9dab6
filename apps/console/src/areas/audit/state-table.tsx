import { DataTable } from '../../kit/data-table.js';
import { Badge } from '../../kit/status-badge.js';
import { useTexts } from '../../kit/texts.js';
import { FieldName, Value } from './event-parts.js';

type State = Record<string, unknown>;

/** The fields of an attempt before and after an event, those that changed first. */
export function StateTable({ before, after }: { before: State; after: State }) {
  const say = useTexts();
  const fields = Object.keys({ ...before, ...after })
    .map((name) => ({ name, was: before[name] ?? null, is: after[name] ?? null }))
    .map((field) => ({ ...field, hasChanged: field.was !== field.is }))
    .sort((one, other) => Number(other.hasChanged) - Number(one.hasChanged));
  return (
    <DataTable
      label={say('audit.state')}
      rows={fields}
      keyOf={({ name }) => name}
      columns={[
        {
          id: 'field',
          header: 'audit.field',
          cell: ({ name, hasChanged }) => (
            <>
              <FieldName name={name} /> {hasChanged && <Badge tone="busy">{say('audit.changed')}</Badge>}
            </>
          ),
          isRowHeader: true,
        },
        {
          id: 'before',
          header: 'audit.before',
          cell: ({ was, hasChanged }) => <Changed as={hasChanged ? 'del' : 'span'} value={was} />,
        },
        {
          id: 'after',
          header: 'audit.after',
          cell: ({ is, hasChanged }) => <Changed as={hasChanged ? 'ins' : 'span'} value={is} />,
        },
      ]}
    />
  );
}

const Changed = ({ as: Element, value }: { as: 'del' | 'ins' | 'span'; value: unknown }) => (
  <Element className="audit-long">
    <Value value={value} />
  </Element>
);
