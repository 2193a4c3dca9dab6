import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useIntl } from 'react-intl';
import { ApiError, api, type Shape, unwrap } from '../../api/client.js';
import { useAddress, usePage } from '../../kit/address.js';
import { DataTable, Pages } from '../../kit/data-table.js';
import { ExportCsv } from '../../kit/export-csv.js';
import { SelectField } from '../../kit/fields.js';
import { LearnerName, nameOf } from '../../kit/learner-name.js';
import { Page } from '../../kit/page.js';
import { SearchField } from '../../kit/search-field.js';
import { Empty, Loaded } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { TimeAgo } from '../../kit/times.js';
import { courseApi, useCourse } from '../../shell/course.js';
import { OnboardingBadge } from './onboarding-badge.js';
import { Reset } from './reset.js';
import { StatusFilter } from './status-filter.js';

export { texts } from './texts.js';

type Row = Shape<'LearnerOnboarding'>;

/** Lists the learners of a course with their state of onboarding. */
export default function Onboarding() {
  const courseId = useCourse();
  const intl = useIntl();
  const say = useTexts();
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
      title={say('onboarding.title')}
      actions={query.data && <ExportCsv path={courseApi(courseId, 'onboarding')} query={filter} />}
    >
      {hasNoExam ? (
        <Empty>{say('onboarding.no_exam')}</Empty>
      ) : (
        <Loaded query={query}>
          {({ count, counts, modes, page: shown, pages, results, asks_provider }) => (
            <>
              {asks_provider && <p className="banner">{say('onboarding.at_provider')}</p>}
              <StatusFilter counts={counts} status={status} onStatus={setStatus} />
              <search className="filters">
                <SearchField
                  label={say('onboarding.search')}
                  placeholder={say('onboarding.search_hint')}
                  value={search}
                  onChange={setSearch}
                />
                <SelectField
                  label={say('onboarding.mode')}
                  value={mode}
                  onChange={setMode}
                  options={[
                    { value: '', label: say('kit.all') },
                    ...modes.map(({ enrollment_mode: each, learners }) => ({
                      value: each,
                      label: `${each} (${intl.formatNumber(learners)})`,
                    })),
                  ]}
                />
              </search>
              <p className="quiet" role="status">
                {say('onboarding.found', { count })}
              </p>
              {count === 0 ? (
                <Empty>{say(search || status || mode ? 'onboarding.none_found' : 'onboarding.none')}</Empty>
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
  const say = useTexts();
  return (
    <DataTable
      label={say('onboarding.title')}
      rows={results}
      keyOf={({ learner }) => learner.id}
      columns={[
        {
          id: 'learner',
          header: 'onboarding.learner',
          isRowHeader: true,
          cell: ({ learner }) => <LearnerName learner={learner} />,
        },
        { id: 'mode', header: 'onboarding.mode', cell: ({ enrollment_mode }) => enrollment_mode },
        { id: 'status', header: 'onboarding.status', cell: ({ status }) => <OnboardingBadge status={status} /> },
        { id: 'since', header: 'onboarding.since', cell: ({ modified }) => <TimeAgo at={modified} /> },
        {
          id: 'actions',
          header: 'onboarding.actions',
          cell: (row) =>
            row.exam_ids.length > 0 && (
              <button
                type="button"
                className="compact"
                aria-label={say('onboarding.reset_of', { learner: nameOf(row.learner) })}
                onClick={() => open(row)}
              >
                {say('onboarding.reset')}
              </button>
            ),
        },
      ]}
    />
  );
}
