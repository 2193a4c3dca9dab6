import { useQuery } from '@tanstack/react-query';
import { FormattedMessage } from 'react-intl';
import { api, type Shape, unwrap } from '../../api/client.js';
import { DataTable } from '../../kit/data-table.js';
import { Loaded } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { Time } from '../../kit/times.js';
import { examKey } from './course-exam.js';

type Change = Shape<'ExamChange'>;

/** Every change of an exam, from the log; the newest first. */
export function ExamChanges({ examId }: { examId: number }) {
  const say = useTexts();
  const query = useQuery({
    queryKey: [...examKey(examId), 'changes'],
    queryFn: () => unwrap(api.GET('/api/exams/v1/exams/{examId}/changes', { params: { path: { examId } } })),
  });
  return (
    <section className="stack-tight">
      <h2>{say('exams.changes')}</h2>
      <Loaded query={query}>
        {({ results }) => (
          <DataTable
            label={say('exams.changes')}
            rows={results.map((change, index) => ({ ...change, index }))}
            keyOf={({ index }) => index}
            columns={[
              { id: 'when', header: 'exams.changes.when', isRowHeader: true, cell: ({ at }) => <Time at={at} /> },
              { id: 'by', header: 'exams.changes.by', cell: ({ by }) => <Actor by={by} /> },
              { id: 'what', header: 'exams.changes.what', cell: (change) => <What change={change} /> },
            ]}
          />
        )}
      </Loaded>
    </section>
  );
}

const Actor = ({ by: { kind, username } }: { by: Change['by'] }) =>
  username ? <bdi>{username}</bdi> : <FormattedMessage id={`exams.by.${kind}`} />;

/** The creation of an exam changes all fields, so it does not list them. */
function What({ change: { event, fields } }: { change: Change }) {
  const say = useTexts();
  return (
    <>
      <strong>{say(`exams.changes.${event}`)}</strong>
      {event !== 'ExamCreated' && (
        <ul className="plain-list">
          {fields.map(({ field, before, after }) => (
            <li key={field}>
              {say(`exams.field.${field}`)}: <Value field={field} value={before} /> <span aria-hidden="true">→</span>{' '}
              <Value field={field} value={after} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Value({ field, value }: { field: string; value: unknown }) {
  const say = useTexts();
  if (value === null || value === undefined || value === '') return say('exams.nothing');
  if (typeof value === 'boolean') return say(value ? 'kit.yes' : 'kit.no');
  if (field === 'due_date') return <Time at={String(value)} />;
  return <bdi>{String(value)}</bdi>;
}
