import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { api, type Shape, unwrap } from '../../api/client.js';
import { useAddress, usePage } from '../../kit/address.js';
import { type Column, DataTable, Pages } from '../../kit/data-table.js';
import { ExportCsv } from '../../kit/export-csv.js';
import { LearnerName } from '../../kit/learner-name.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { StatusBadge } from '../../kit/status-badge.js';
import { useTexts } from '../../kit/texts.js';
import { Time } from '../../kit/times.js';
import { courseApi, useCourse } from '../../shell/course.js';
import { Filters, useFilter } from './filters.js';
import { useAddresses } from './queries.js';

type Group = Shape<'AttemptGroup'>;

/** The newest attempt of each learner at each exam, with the earlier ones behind it. */
export function AttemptList() {
  const say = useTexts();
  const courseId = useCourse();
  const { appeals } = useAddresses();
  const filter = useFilter();
  const [sort, setSort] = useAddress('sort');
  const [page, setPage] = usePage();
  const path = '/api/exams/v1/courses/{courseId}/attempts' as const;
  // The address may have any text; the service refuses an unknown order.
  const shown = { ...filter, sort: (sort || '-created') as '-created', page };
  const query = useQuery({
    queryKey: ['attempts', 'list', courseId, shown],
    queryFn: () => unwrap(api.GET(path, { params: { path: { courseId }, query: shown } })),
    placeholderData: keepPreviousData,
  });
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return (
    <Page
      title={say('attempts.title')}
      actions={
        <>
          <Link href={appeals} className="button">
            {say('attempts.appeals')}
          </Link>
          <ExportCsv path={courseApi(courseId, 'attempts')} query={filter} />
        </>
      }
    >
      <Filters />
      <Loaded
        query={query}
        isEmpty={({ results }) => results.length === 0}
        empty={say(isFiltered ? 'attempts.none_found' : 'attempts.none')}
      >
        {({ count, page: number, pages, results }) => (
          <>
            <p className="quiet" role="status">
              {say('attempts.count', { count })}
            </p>
            <Table groups={results} sort={shown.sort} onSort={setSort} />
            <Pages page={number} pages={pages} onPage={setPage} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

type TableProps = { groups: readonly Group[]; sort: string; onSort: (sort: string) => void };

function Table({ groups, sort, onSort }: TableProps) {
  const say = useTexts();
  const { attempt } = useAddresses();
  const columns: Column<Group>[] = [
    {
      id: 'learner',
      header: 'attempts.learner',
      cell: ({ id, user }) => <LearnerName learner={user} href={attempt(id)} />,
      isSortable: true,
      isRowHeader: true,
    },
    { id: 'exam', header: 'attempts.exam', cell: ({ proctored_exam }) => proctored_exam.exam_name, isSortable: true },
    { id: 'status', header: 'attempts.status', cell: ({ status }) => <StatusBadge status={status} /> },
    { id: 'created', header: 'attempts.created', cell: ({ created }) => <Time at={created} />, isSortable: true },
    { id: 'completed', header: 'attempts.completed', cell: ({ completed_at }) => <Time at={completed_at} /> },
    { id: 'earlier', header: 'attempts.earlier', cell: (group) => <Earlier group={group} /> },
  ];
  return (
    <DataTable
      label={say('attempts.title')}
      columns={columns}
      rows={groups}
      keyOf={({ id }) => id}
      sort={sort}
      onSort={onSort}
    />
  );
}

/** The earlier attempts at the exam, folded. */
function Earlier({ group: { id, all_attempts } }: { group: Group }) {
  const say = useTexts();
  const { attempt } = useAddresses();
  const earlier = all_attempts.filter((each) => each.id !== id);
  if (earlier.length === 0) return <span className="quiet">–</span>;
  return (
    <details>
      <summary>{say('attempts.earlier_count', { count: earlier.length })}</summary>
      <ul className="attempts-earlier">
        {earlier.map((each) => (
          <li key={each.id}>
            <Link href={attempt(each.id)}>
              <Time at={each.created} />
            </Link>
            <StatusBadge status={each.status} />
          </li>
        ))}
      </ul>
    </details>
  );
}
