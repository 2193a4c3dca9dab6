import { useQuery } from '@tanstack/react-query';
import { FormattedNumber } from 'react-intl';
import { Link } from 'wouter';
import { api, unwrap } from '../../api/client.js';
import { Fact } from '../../kit/facts.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { Time } from '../../kit/times.js';
import { courseAddress, useCourse } from '../../shell/course.js';
import { ActiveBadge } from './active-badge.js';
import { type CourseExam, examKey } from './course-exam.js';
import { ExamChanges } from './exam-changes.js';
import { ReviewPolicy } from './review-policy.js';

export function ExamPage({ examId }: { examId: number }) {
  const say = useTexts();
  const courseId = useCourse();
  const query = useQuery({
    queryKey: examKey(examId),
    queryFn: () => unwrap(api.GET('/api/exams/v1/exams/{examId}', { params: { path: { examId } } })),
  });
  return (
    <Page
      key={query.data?.id}
      title={query.data?.exam_name ?? say('exams.name')}
      actions={
        <Link href={courseAddress(courseId, 'exams')} className="button">
          {say('exams.back')}
        </Link>
      }
    >
      <Loaded query={query}>
        {(exam) => (
          <>
            <Counts exam={exam} />
            <Settings exam={exam} />
            <ReviewPolicy exam={exam} />
            <ExamChanges examId={examId} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Counts({ exam }: { exam: CourseExam }) {
  const say = useTexts();
  const courseId = useCourse();
  const to = (area: string) => `${courseAddress(courseId, area)}?exam=${exam.id}`;
  return (
    <nav className="exams-counts" aria-labelledby="exams-links">
      <h2 id="exams-links" className="visually-hidden">
        {say('exams.links')}
      </h2>
      <Count to={to('exam-day')} count={exam.running} label="exams.running" />
      <Count to={to('exams/outcomes')} count={exam.waiting_for_review} label="exams.waiting" />
      <Count to={to('attempts')} count={exam.attempts} label="exams.attempts" />
      <Link href={to('allowances')} className="card">
        <span className="exams-count">→</span>
        {say('exams.to_allowances')}
      </Link>
    </nav>
  );
}

function Count({ to, count, label }: { to: string; count: number; label: string }) {
  const say = useTexts();
  return (
    <Link href={to} className="card">
      <span className="exams-count">
        <FormattedNumber value={count} />
      </span>
      {say(label)}
    </Link>
  );
}

function Settings({ exam }: { exam: CourseExam }) {
  const say = useTexts();
  return (
    <section className="card stack-tight" aria-labelledby="exams-settings">
      <div className="row spread">
        <h2 id="exams-settings">{say('exams.settings')}</h2>
        <ActiveBadge isActive={exam.is_active} />
      </div>
      <dl className="facts">
        <Fact name="exams.type">{say(`exams.type.${exam.type}`)}</Fact>
        <Fact name="exams.minutes">{say('exams.minutes_of', { minutes: exam.time_limit_mins })}</Fact>
        <Fact name="exams.due">
          <Time at={exam.due_date} />
        </Fact>
        <Fact name="exams.after_due">
          {say(exam.hide_after_due ? 'exams.after_due.hidden' : 'exams.after_due.shown')}
        </Fact>
        <Fact name="exams.provider">{exam.provider ?? '–'}</Fact>
        <Fact name="exams.external">
          <span className="fixed">{exam.external_id ?? '–'}</span>
        </Fact>
        <Fact name="exams.content">
          <span className="fixed">{exam.content_id}</span>
        </Fact>
      </dl>
      <p className="quiet small">{say('exams.settings.hint')}</p>
    </section>
  );
}
