import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { Link } from 'wouter';
import { api, type Shape, unwrap } from '../../api/client.js';
import { useAddress } from '../../kit/address.js';
import { Pages } from '../../kit/data-table.js';
import { ExportCsv } from '../../kit/export-csv.js';
import { SelectField, TextField } from '../../kit/fields.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { TimeAgo } from '../../kit/times.js';
import { courseAddress, useCourse } from '../../shell/course.js';
import { ChangeAllowance, RemoveAllowance } from './change.js';
import { useExams } from './exams.js';
import { type Allowance, isKind, isTime, KindName, LearnerName, nameOf, type OfLearner } from './kinds.js';

type Open = OfLearner & { action: 'edit' | 'remove' };

export function AllowanceList() {
  const courseId = useCourse();
  const intl = useIntl();
  const [search, setSearch] = useAddress('search');
  const [exam, setExam] = useAddress('exam');
  const [page, setPage] = useAddress('page');
  const [open, setOpen] = useState<Open>();
  const { data: exams } = useExams(courseId);
  const query = useQuery({
    queryKey: ['allowances', courseId, search, exam, page],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/exams/v1/courses/{courseId}/allowances', {
          signal,
          params: {
            path: { courseId },
            query: { search: search || undefined, exam_id: Number(exam) || undefined, page: Number(page) || undefined },
          },
        }),
      ),
    placeholderData: (previous) => previous,
  });
  const options = [
    { value: '', label: intl.formatMessage({ id: 'allowances.all_exams' }) },
    ...(exams ?? []).map(({ id, exam_name }) => ({ value: String(id), label: exam_name })),
  ];
  const close = () => setOpen(undefined);
  return (
    <Page
      title={intl.formatMessage({ id: 'allowances.title' })}
      actions={
        <>
          <Link href={courseAddress(courseId, 'allowances/add')} className="button primary">
            <FormattedMessage id="allowances.add" />
          </Link>
          <ExportCsv
            path={`/api/exams/v1/courses/${encodeURIComponent(courseId)}/allowances`}
            query={{ search, exam_id: exam }}
          />
        </>
      }
    >
      <search className="row filters">
        <TextField
          type="search"
          label={<FormattedMessage id="allowances.search" />}
          placeholder={intl.formatMessage({ id: 'allowances.search_hint' })}
          value={search}
          onChange={setSearch}
        />
        <SelectField
          label={<FormattedMessage id="allowances.exam" />}
          value={exam}
          onChange={setExam}
          options={options}
        />
      </search>
      <Loaded
        query={query}
        isEmpty={({ count }) => count === 0}
        empty={<FormattedMessage id={search || exam ? 'allowances.none_found' : 'allowances.none'} />}
      >
        {({ count, page: shown, pages, results }) => (
          <>
            <p className="quiet" role="status">
              <FormattedMessage id="allowances.count" values={{ count }} />
            </p>
            <Table results={results} open={setOpen} />
            <Pages page={shown} pages={pages} onPage={(next) => setPage(String(next))} />
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
  const intl = useIntl();
  const label = intl.formatMessage({ id: 'allowances.title' });
  const headings = ['learner', 'exam', 'kind', 'value', 'changed', 'actions'] as const;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: people without a mouse scroll it by the arrow keys
    <section className="table-box" aria-label={label} tabIndex={0}>
      <table aria-label={label} className="grouped">
        <thead>
          <tr>
            {headings.map((heading) => (
              <th key={heading} scope="col">
                <FormattedMessage id={`allowances.${heading}`} />
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
                  {!allowance.is_active && (
                    <span className="quiet small">
                      {' '}
                      (<FormattedMessage id="allowances.inactive" />)
                    </span>
                  )}
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
      </table>
    </section>
  );
}

function Value({ allowance: { key, value, time_limit_mins: limit } }: { allowance: Allowance }) {
  if (value === '')
    return (
      <em className="quiet">
        <FormattedMessage id="allowances.erased" />
      </em>
    );
  if (!isTime(key)) return <span className="long-text">{value}</span>;
  return (
    <span className="learner-name">
      <FormattedMessage id="allowances.more_minutes" values={{ minutes: Number(value) }} />
      <span className="quiet small">
        <FormattedMessage id="allowances.of_minutes" values={{ before: limit, after: limit + Number(value) }} />
      </span>
    </span>
  );
}

function Actions({ learner, allowance, open }: OfLearner & Pick<TableProps, 'open'>) {
  const intl = useIntl();
  const names = { learner: nameOf(learner), exam: allowance.exam_name };
  const actions = isKind(allowance.key) && allowance.is_active ? (['edit', 'remove'] as const) : (['remove'] as const);
  return (
    <div className="buttons">
      {actions.map((action) => (
        <button
          key={action}
          type="button"
          className="compact"
          aria-label={intl.formatMessage({ id: `allowances.${action}_of` }, names)}
          onClick={() => open({ learner, allowance, action })}
        >
          <FormattedMessage id={`allowances.${action}`} />
        </button>
      ))}
    </div>
  );
}
