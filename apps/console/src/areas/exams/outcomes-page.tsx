import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo } from 'react';
import { FormattedDate, FormattedNumber } from 'react-intl';
import { Link } from 'wouter';
import { api, type Shape, unwrap } from '../../api/client.js';
import { useAddress } from '../../kit/address.js';
import { DataTable } from '../../kit/data-table.js';
import { ExamField } from '../../kit/exam-field.js';
import { ExportCsv } from '../../kit/export-csv.js';
import { Page } from '../../kit/page.js';
import { Loaded, Loading } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { courseAddress, courseApi, useCourse } from '../../shell/course.js';
import { DayBars, Numbers } from './day-bars.js';
import type { DayCounts } from './day-lines.js';
import { OutcomeLegend } from './outcome-bar.js';
import { OutcomeTable } from './outcome-table.js';
import { attemptsWith } from './outcomes.js';

const DayLines = lazy(() => import('./day-lines.js'));

type ReviewOutcomes = Shape<'ReviewOutcomes'>;

export function OutcomesPage() {
  const courseId = useCourse();
  const say = useTexts();
  const [examId, setExamId] = useAddress('exam');
  const asked = { exam_id: examId ? Number(examId) : undefined };
  const query = useQuery({
    queryKey: ['outcomes', courseId, examId],
    queryFn: () =>
      unwrap(
        api.GET('/api/exams/v1/courses/{courseId}/review-outcomes', { params: { path: { courseId }, query: asked } }),
      ),
    placeholderData: keepPreviousData,
  });
  const path = courseApi(courseId, 'review-outcomes');
  return (
    <Page
      title={say('exams.outcomes.title')}
      actions={
        <>
          <Link href={courseAddress(courseId, 'exams')} className="button">
            {say('exams.back')}
          </Link>
          <ExportCsv path={path} query={asked} />
        </>
      }
    >
      <ExamChoice examId={examId} choose={setExamId} />
      <Loaded query={query} isEmpty={({ total }) => attemptsWith(total) === 0} empty={say('exams.outcomes.none')}>
        {(outcomes) => <Charts outcomes={outcomes} />}
      </Loaded>
    </Page>
  );
}

/** The exams of the course that have outcomes, or had. */
function ExamChoice({ examId, choose }: { examId: string; choose: (examId: string) => void }) {
  const courseId = useCourse();
  const { data } = useQuery({
    queryKey: ['outcomes', courseId, ''],
    queryFn: () =>
      unwrap(api.GET('/api/exams/v1/courses/{courseId}/review-outcomes', { params: { path: { courseId } } })),
  });
  const exams = (data?.exams ?? []).map(({ exam_id: id, exam_name }) => ({ id, exam_name }));
  return (
    <search className="filters">
      <ExamField exams={exams} value={examId} onChange={choose} />
    </search>
  );
}

function Charts({ outcomes }: { outcomes: ReviewOutcomes }) {
  const say = useTexts();
  const courseId = useCourse();
  const { exams, providers, total } = outcomes;
  const all = exams.length > 1 ? [{ key: 'all', name: say('exams.outcomes.total'), outcomes: total }] : [];
  return (
    <>
      <section className="stack-tight">
        <div className="row spread">
          <h2>{say('exams.outcomes.by_exam')}</h2>
          <OutcomeLegend />
        </div>
        <OutcomeTable
          label={say('exams.outcomes.by_exam')}
          of="exam"
          rows={[
            ...all,
            ...exams.map((exam) => ({
              key: String(exam.exam_id),
              name: (
                <Link href={`${courseAddress(courseId, 'exams')}/${exam.exam_id}`}>
                  <bdi>{exam.exam_name}</bdi>
                </Link>
              ),
              outcomes: exam,
            })),
          ]}
        />
      </section>
      <DaysFigure at={outcomes.at} days={outcomes.days} />
      <div className="exams-figures">
        <DayBars label={say('exams.outcomes.time')} counts={outcomes.reviewed_by_days} />
        <DayBars label={say('exams.outcomes.age')} counts={outcomes.waiting_by_days} />
      </div>
      {providers.length > 1 && (
        <section className="stack-tight">
          <h2>{say('exams.outcomes.by_provider')}</h2>
          <OutcomeTable
            label={say('exams.outcomes.by_provider')}
            of="provider"
            rows={providers.map((each) => ({ key: each.provider ?? '', name: each.provider ?? '–', outcomes: each }))}
          />
        </section>
      )}
    </>
  );
}

function DaysFigure({ at, days }: { at: string; days: readonly DayCounts[] }) {
  const say = useTexts();
  const label = say('exams.outcomes.by_day');
  const all = useMemo(() => withQuietDays(days, at), [days, at]);
  const count = (id: 'submitted' | 'reviewed') => ({
    id,
    header: `exams.outcomes.${id}`,
    isNumber: true,
    cell: (each: DayCounts) => <FormattedNumber value={each[id]} />,
  });
  return (
    <figure className="card stack-tight">
      <figcaption className="row spread">
        <h2>{label}</h2>
        <ul className="exams-legend">
          <li>
            <span className="exams-line submitted" aria-hidden="true" />
            {say('exams.outcomes.submitted')}
          </li>
          <li>
            <span className="exams-line reviewed" aria-hidden="true" />
            {say('exams.outcomes.reviewed')}
          </li>
        </ul>
      </figcaption>
      <Suspense fallback={<Loading />}>
        <DayLines label={label} days={all} />
      </Suspense>
      <Numbers>
        <DataTable
          label={label}
          rows={days}
          keyOf={({ day }) => day}
          columns={[
            {
              id: 'day',
              header: 'exams.outcomes.day',
              isRowHeader: true,
              cell: ({ day }) => <FormattedDate value={day} dateStyle="medium" timeZone="UTC" />,
            },
            count('submitted'),
            count('reviewed'),
          ]}
        />
      </Numbers>
    </figure>
  );
}

const dayMs = 86_400_000;

/** The days from the first one to today, with those on which nothing happened. */
function withQuietDays(days: readonly DayCounts[], at: string): DayCounts[] {
  const known = new Map(days.map((each) => [each.day, each]));
  const today = Date.parse(at.slice(0, 10));
  const first = Math.min(Date.parse(days[0]?.day ?? at.slice(0, 10)), today - 6 * dayMs);
  return Array.from({ length: (today - first) / dayMs + 1 }, (_, index) => {
    const day = new Date(first + index * dayMs).toISOString().slice(0, 10);
    return known.get(day) ?? { day, submitted: 0, reviewed: 0 };
  });
}
