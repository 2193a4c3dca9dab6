import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { ApiError, api, type Shape, unwrap } from '../../api/client.js';
import { useAddress, usePage } from '../../kit/address.js';
import { DataTable, Pages } from '../../kit/data-table.js';
import { ExportCsv } from '../../kit/export-csv.js';
import { SelectField } from '../../kit/fields.js';
import { LearnerName, nameOf } from '../../kit/learner-name.js';
import { Page } from '../../kit/page.js';
import { SearchField } from '../../kit/search-field.js';
import { Empty, Loaded } from '../../kit/states.js';
import { TimeAgo } from '../../kit/times.js';
import { courseApi, useCourse } from '../../shell/course.js';
import { OnboardingBadge } from './onboarding-badge.js';
import { Reset } from './reset.js';
import { StatusFilter } from './status-filter.js';

export { texts } from './texts.js';

type Row = Shape<'LearnerOnboarding'>;

/** Which learners of a course are ready for proctored exams. */
export default function Onboarding() {
  const courseId = useCourse();
  const intl = useIntl();
  const [search, setSearch] = useAddress('search');
  const [status, setStatus] = useAddress('status');
  const [mode, setMode] = useAddress('mode');
  const [page, setPage] = usePage();
  const [open, setOpen] = useState<Row>();
  const filter = { search: search || undefined, statuses: status || undefined, mode: mode || undefined };
  const query = useQuery({
    queryKey: ['onboarding', courseId, filter, page],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/exams/v1/courses/{courseId}/onboarding', {
          signal,
          params: { path: { courseId }, query: { ...filter, page } },
        }),
      ),
    placeholderData: keepPreviousData,
  });
  const hasNoExam = query.error instanceof ApiError && query.error.status === 404;
  return (
    <Page
      title={intl.formatMessage({ id: 'onboarding.title' })}
      actions={query.data && <ExportCsv path={courseApi(courseId, 'onboarding')} query={filter} />}
    >
      {hasNoExam ? (
        <Empty>
          <FormattedMessage id="onboarding.no_exam" />
        </Empty>
      ) : (
        <Loaded query={query}>
          {({ count, counts, modes, page: shown, pages, results, asks_provider }) => (
            <>
              {asks_provider && (
                <p className="banner">
                  <FormattedMessage id="onboarding.at_provider" />
                </p>
              )}
              <StatusFilter counts={counts} status={status} onStatus={setStatus} />
              <search className="filters">
                <SearchField
                  label={<FormattedMessage id="onboarding.search" />}
                  placeholder={intl.formatMessage({ id: 'onboarding.search_hint' })}
                  value={search}
                  onChange={setSearch}
                />
                <SelectField
                  label={<FormattedMessage id="onboarding.mode" />}
                  value={mode}
                  onChange={setMode}
                  options={[
                    { value: '', label: <FormattedMessage id="onboarding.all_modes" /> },
                    ...modes.map(({ enrollment_mode: each, learners }) => ({
                      value: each,
                      label: `${each} (${intl.formatNumber(learners)})`,
                    })),
                  ]}
                />
              </search>
              <p className="quiet" role="status">
                <FormattedMessage id="onboarding.found" values={{ count }} />
              </p>
              {count === 0 ? (
                <Empty>
                  <FormattedMessage id={search || status || mode ? 'onboarding.none_found' : 'onboarding.none'} />
                </Empty>
              ) : (
                <Table results={results} open={setOpen} />
              )}
              <Pages page={shown} pages={pages} onPage={setPage} />
            </>
          )}
        </Loaded>
      )}
      {open && <Reset row={open} close={() => setOpen(undefined)} />}
    </Page>
  );
}

function Table({ results, open }: { results: readonly Row[]; open: (row: Row) => void }) {
  const intl = useIntl();
  return (
    <DataTable
      label={intl.formatMessage({ id: 'onboarding.title' })}
      rows={results}
      keyOf={({ learner }) => learner.id}
      columns={[
        {
          id: 'learner',
          header: <FormattedMessage id="onboarding.learner" />,
          isRowHeader: true,
          cell: ({ learner }) => <LearnerName learner={learner} />,
        },
        {
          id: 'mode',
          header: <FormattedMessage id="onboarding.mode" />,
          cell: ({ enrollment_mode }) => enrollment_mode,
        },
        {
          id: 'status',
          header: <FormattedMessage id="onboarding.status" />,
          cell: ({ status }) => <OnboardingBadge status={status} />,
        },
        {
          id: 'since',
          header: <FormattedMessage id="onboarding.since" />,
          cell: ({ modified }) => <TimeAgo at={modified} />,
        },
        {
          id: 'actions',
          header: <FormattedMessage id="onboarding.actions" />,
          cell: (row) =>
            row.exam_ids.length > 0 && (
              <button
                type="button"
                className="compact"
                aria-label={intl.formatMessage({ id: 'onboarding.reset_of' }, { learner: nameOf(row.learner) })}
                onClick={() => open(row)}
              >
                <FormattedMessage id="onboarding.reset" />
              </button>
            ),
        },
      ]}
    />
  );
}
