import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { api, type Shape, unwrap } from '../../api/client.js';
import { useAddress, usePage } from '../../kit/address.js';
import { Pages, TableBox } from '../../kit/data-table.js';
import { ExamField } from '../../kit/exam-field.js';
import { ExportCsv } from '../../kit/export-csv.js';
import { LearnerName, nameOf } from '../../kit/learner-name.js';
import { Page } from '../../kit/page.js';
import { SearchField } from '../../kit/search-field.js';
import { Loaded } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { TimeAgo } from '../../kit/times.js';
import { courseAddress, courseApi, useCourse } from '../../shell/course.js';
import { useCourseExams } from '../../shell/course-exams.js';
import { ChangeAllowance, RemoveAllowance } from './change-allowance.js';
import { type Allowance, isKind, isTime, KindName, type OfLearner } from './kinds.js';

type Open = OfLearner & { action: 'edit' | 'remove' };

export function AllowanceList() {
  const courseId = useCourse();
  const say = useTexts();
  const [search, setSearch] = useAddress('search');
  const [exam, setExam] = useAddress('exam');
  const [page, setPage] = usePage();
  const [open, setOpen] = useState<Open>();
  const { data: exams = [] } = useCourseExams();
  const query = useQuery({
    queryKey: ['allowances', courseId, search, exam, page],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/exams/v1/courses/{courseId}/allowances', {
          signal,
          params: {
            path: { courseId },
            query: { search: search || undefined, exam_id: Number(exam) || undefined, page },
          },
        }),
      ),
    placeholderData: keepPreviousData,
  });
  const close = () => setOpen(undefined);
  return (
    <Page
      title={say('allowances.title')}
      actions={
        <>
          <Link href={courseAddress(courseId, 'allowances/add')} className="button primary">
            {say('allowances.add')}
          </Link>
          <ExportCsv path={courseApi(courseId, 'allowances')} query={{ search, exam_id: exam }} />
        </>
      }
    >
      <search className="filters">
        <SearchField
          label={say('allowances.search')}
          placeholder={say('allowances.search_hint')}
          value={search}
          onChange={setSearch}
        />
        <ExamField exams={exams} value={exam} onChange={setExam} />
      </search>
      <Loaded
        query={query}
        isEmpty={({ count }) => count === 0}
        empty={say(search || exam ? 'allowances.none_found' : 'allowances.none')}
      >
        {({ count, page: shown, pages, results }) => (
          <>
            <p className="quiet" role="status">
              {say('allowances.count', { count })}
            </p>
            <Table results={results} open={setOpen} />
            <Pages page={shown} pages={pages} onPage={setPage} />
          </>
        )}
      </Loaded>
      {open?.action === 'edit' && <ChangeAllowance {...open} close={close} />}
      {open?.action === 'remove' && <RemoveAllowance {...open} close={close} />}
    </Page>
  );
}

type TableProps = { results: readonly Shape<'AllowancesOfLearner'>[]; open: (open: Open) => void };

function Table({ results, open }: TableProps) {
  const say = useTexts();
  const label = say('allowances.title');
  const headings = ['learner', 'exam', 'kind', 'value', 'changed', 'actions'] as const;
  return (
    <TableBox label={label} className="allowances-table">
      <thead>
        <tr>
          {headings.map((heading) => (
            <th key={heading} scope="col">
              {say(`allowances.${heading}`)}
            </th>
          ))}
        </tr>
      </thead>
      {results.map(({ learner, allowances }) => (
        <tbody key={learner.id}>
          {allowances.map((allowance, index) => (
            <tr key={allowance.id}>
              {index === 0 && (
                <th scope="rowgroup" rowSpan={allowances.length}>
                  <LearnerName learner={learner} />
                </th>
              )}
              <td>
                {allowance.exam_name}
                {!allowance.is_active && <span className="quiet small"> ({say('allowances.inactive')})</span>}
              </td>
              <td>
                <KindName name={allowance.key} />
              </td>
              <td>
                <Value allowance={allowance} />
              </td>
              <td>
                <TimeAgo at={allowance.modified} />
              </td>
              <td>
                <Actions learner={learner} allowance={allowance} open={open} />
              </td>
            </tr>
          ))}
        </tbody>
      ))}
    </TableBox>
  );
}

function Value({ allowance: { key, value, time_limit_mins: limit } }: { allowance: Allowance }) {
  const say = useTexts();
  if (value === '') return <em className="quiet">{say('allowances.erased')}</em>;
  if (!isTime(key)) return <span className="allowances-text">{value}</span>;
  return (
    <span className="two-lines">
      {say('allowances.more_minutes', { minutes: Number(value) })}
      <span className="quiet small">
        {say('allowances.of_minutes', { before: limit, after: limit + Number(value) })}
      </span>
    </span>
  );
}

function Actions({ learner, allowance, open }: OfLearner & Pick<TableProps, 'open'>) {
  const say = useTexts();
  const names = { learner: nameOf(learner), exam: allowance.exam_name };
  const actions = isKind(allowance.key) && allowance.is_active ? (['edit', 'remove'] as const) : (['remove'] as const);
  return (
    <div className="buttons">
      {actions.map((action) => (
        <button
          key={action}
          type="button"
          className="compact"
          aria-label={say(`allowances.${action}_of`, names)}
          onClick={() => open({ learner, allowance, action })}
        >
          {say(`allowances.${action}`)}
        </button>
      ))}
    </div>
  );
}
