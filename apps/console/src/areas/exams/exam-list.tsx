import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { FormattedMessage, FormattedNumber } from 'react-intl';
import { Link } from 'wouter';
import { api, unwrap } from '../../api/client.js';
import { useAddress, usePage } from '../../kit/address.js';
import { type Column, DataTable, Pages } from '../../kit/data-table.js';
import { ExportCsv } from '../../kit/export-csv.js';
import { SelectField } from '../../kit/fields.js';
import { Page } from '../../kit/page.js';
import { SearchField } from '../../kit/search-field.js';
import { Loaded } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { Time } from '../../kit/times.js';
import { courseAddress, courseApi, useCourse } from '../../shell/course.js';
import { ActiveBadge } from './active-badge.js';
import type { CourseExam } from './course-exam.js';

const shownWhen = { '': undefined, active: 'true', inactive: 'false' } as const;

export function ExamList() {
  const courseId = useCourse();
  const say = useTexts();
  const [search, setSearch] = useAddress('search');
  const [shown, setShown] = useAddress('show');
  const [sort, setSort] = useAddress('sort');
  const [page, setPage] = usePage();
  const asked = {
    search: search || undefined,
    active: shownWhen[shown as keyof typeof shownWhen],
    sort: sort || undefined,
    page,
  } as never;
  const query = useQuery({
    queryKey: ['exams', courseId, asked],
    queryFn: () =>
      unwrap(api.GET('/api/exams/v1/courses/{courseId}/exams', { params: { path: { courseId }, query: asked } })),
    placeholderData: keepPreviousData,
  });
  const address = courseAddress(courseId, 'exams');
  return (
    <Page
      title={say('exams.title')}
      actions={
        <>
          <Link href={`${address}/outcomes`} className="button">
            {say('exams.outcomes')}
          </Link>
          <ExportCsv path={courseApi(courseId, 'exams')} query={asked} />
        </>
      }
    >
      <search className="filters">
        <SearchField label={say('exams.search')} value={search} onChange={setSearch} />
        <SelectField
          label={say('exams.show')}
          value={shown}
          onChange={setShown}
          options={Object.keys(shownWhen).map((value) => ({ value, label: say(`exams.show.${value || 'all'}`) }))}
        />
      </search>
      <Loaded query={query} isEmpty={({ count }) => count === 0} empty={say('exams.none')}>
        {(list) => (
          <>
            <DataTable
              label={say('exams.list')}
              columns={columnsOf(address)}
              rows={list.results}
              keyOf={({ id }) => id}
              sort={sort || 'name'}
              onSort={setSort}
            />
            <Pages page={list.page} pages={list.pages} onPage={setPage} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

const message = (id: string) => <FormattedMessage id={id} />;

/** The columns' ids are what the service sorts by. */
const columnsOf = (address: string): Column<CourseExam>[] => [
  {
    id: 'name',
    header: 'exams.name',
    isSortable: true,
    isRowHeader: true,
    cell: ({ id, exam_name }) => (
      <Link href={`${address}/${id}`}>
        <bdi>{exam_name}</bdi>
      </Link>
    ),
  },
  { id: 'type', header: 'exams.type', cell: ({ type }) => message(`exams.type.${type}`) },
  { id: 'state', header: 'exams.state', cell: ({ is_active }) => <ActiveBadge isActive={is_active} /> },
  number('minutes', ({ time_limit_mins }) => time_limit_mins),
  { id: 'due', header: 'exams.due', isSortable: true, cell: ({ due_date }) => <Time at={due_date} /> },
  { id: 'provider', header: 'exams.provider', cell: ({ provider }) => provider ?? <None /> },
  {
    id: 'policy',
    header: 'exams.policy',
    cell: ({ review_policy }) => (review_policy ? message('exams.policy.set') : <None />),
  },
  number('running', ({ running }) => running),
  number('waiting', ({ waiting_for_review }) => waiting_for_review),
  number('attempts', ({ attempts }) => attempts),
];

function number(id: string, countOf: (exam: CourseExam) => number): Column<CourseExam> {
  const cell = (exam: CourseExam) => <FormattedNumber value={countOf(exam)} />;
  return { id, header: `exams.${id}`, isSortable: true, isNumber: true, cell };
}

const None = () => <span className="quiet">–</span>;
