import type { ReactNode } from 'react';
import { FormattedMessage } from 'react-intl';
import { Link } from 'wouter';
import { Fact } from '../../kit/facts.js';
import { StatusBadge } from '../../kit/status-badge.js';
import { useTexts } from '../../kit/texts.js';
import { durationOf, Time } from '../../kit/times.js';
import { courseAddress, useCourse } from '../../shell/course.js';
import { type Details, useAddresses } from './queries.js';

export function Facts({ details: { attempt, full_name } }: { details: Details }) {
  const say = useTexts();
  const { user, proctored_exam: exam } = attempt;
  const facts: Record<string, ReactNode> = {
    status: <StatusBadge status={attempt.status} />,
    learner: [...new Set([full_name, user.username, user.email])].filter(Boolean).join(' · '),
    exam: exam.exam_name,
    provider: exam.is_proctored ? exam.backend : say('attempts.not_proctored'),
    started: <Time at={attempt.started_at} />,
    completed: <Time at={attempt.completed_at} />,
    allowed:
      attempt.allowed_time_limit_mins === null
        ? undefined
        : say('attempts.minutes', { minutes: attempt.allowed_time_limit_mins }),
    remaining: attempt.time_remaining_seconds === null ? undefined : durationOf(attempt.time_remaining_seconds),
    resume: resumeOf(attempt),
    provider_id: attempt.external_id && <span className="fixed">{attempt.external_id}</span>,
  };
  return (
    <dl className="facts card">
      {Object.entries(facts).map(
        ([name, value]) =>
          value && (
            <Fact key={name} name={`attempts.${name}`}>
              {value}
            </Fact>
          ),
      )}
    </dl>
  );
}

function resumeOf({ ready_to_resume, resumed }: Details['attempt']) {
  if (resumed) return <FormattedMessage id="attempts.resumed" />;
  return ready_to_resume && <FormattedMessage id="attempts.ready_to_resume" />;
}

export function Allowances({ details: { allowances, attempt } }: { details: Details }) {
  const say = useTexts();
  const course = useCourse();
  if (allowances.length === 0) return null;
  return (
    <section className="stack-tight">
      <h2>{say('attempts.allowances')}</h2>
      <ul className="attempts-allowances">
        {allowances.map(({ id, key, value }) => (
          <li key={id}>
            <FormattedMessage id={`attempts.allowance.${key}`} defaultMessage={`${key}: {value}`} values={{ value }} />
          </li>
        ))}
      </ul>
      <Link href={`${courseAddress(course, 'allowances')}?search=${encodeURIComponent(attempt.user.username)}`}>
        {say('attempts.to_allowances')}
      </Link>
    </section>
  );
}

export function OtherAttempts({ details: { attempt, attempts } }: { details: Details }) {
  const say = useTexts();
  const addresses = useAddresses();
  if (attempts.length < 2) return null;
  return (
    <section className="stack-tight">
      <h2>{say('attempts.all_attempts')}</h2>
      <ol className="attempts-earlier" reversed>
        {attempts.map(({ id, created, status }) => (
          <li key={id}>
            <Link href={addresses.attempt(id)} aria-current={id === attempt.id ? 'page' : undefined}>
              <Time at={created} />
            </Link>
            <StatusBadge status={status} />
          </li>
        ))}
      </ol>
    </section>
  );
}
