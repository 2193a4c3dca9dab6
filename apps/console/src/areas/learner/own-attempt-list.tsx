import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { api, type Shape, unwrap } from '../../api/client.js';
import { useAddress } from '../../kit/address.js';
import { type Column, DataTable } from '../../kit/data-table.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { StatusBadge } from '../../kit/status-badge.js';
import { useTexts } from '../../kit/texts.js';
import { Time } from '../../kit/times.js';

type OwnAttempt = Shape<'OwnAttempt'>;

const columns: readonly Column<OwnAttempt>[] = [
  {
    id: 'exam',
    header: 'learner.exam',
    cell: ({ attempt_id, exam }) => <Link href={`/my-exams/${attempt_id}`}>{exam.name}</Link>,
    isRowHeader: true,
  },
  { id: 'course', header: 'learner.course', cell: ({ exam }) => exam.course_name ?? exam.course_id },
  { id: 'status', header: 'learner.status', cell: ({ status }) => <StatusBadge status={status} /> },
  { id: 'started', header: 'learner.started', cell: ({ started_at }) => <Time at={started_at} /> },
  { id: 'submitted', header: 'learner.submitted', cell: ({ completed_at }) => <Time at={completed_at} /> },
];

export function OwnAttemptList() {
  const say = useTexts();
  const [before, setBefore] = useAddress('before');
  const query = useQuery({
    queryKey: ['own attempts', before],
    queryFn: () =>
      unwrap(api.GET('/api/exams/v1/me/attempts', { params: { query: before ? { before: Number(before) } : {} } })),
  });
  const title = say('learner.title');
  return (
    <Page title={title}>
      <Loaded query={query} isEmpty={({ attempts }) => attempts.length === 0} empty={say('learner.none')}>
        {({ attempts, next_before }) => (
          <>
            <DataTable label={title} columns={columns} rows={attempts} keyOf={({ attempt_id }) => attempt_id} />
            <div className="buttons">
              {before && (
                <button type="button" onClick={() => setBefore('')}>
                  {say('learner.newest')}
                </button>
              )}
              {next_before !== null && (
                <button type="button" onClick={() => setBefore(String(next_before))}>
                  {say('learner.earlier')}
                </button>
              )}
            </div>
          </>
        )}
      </Loaded>
    </Page>
  );
}
