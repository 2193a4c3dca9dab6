import { useQuery } from '@tanstack/react-query';
import { useIntl } from 'react-intl';
import { Link } from 'wouter';
import { api, type Shape, unwrap } from '../../api/client.js';
import { Fact } from '../../kit/facts.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { StatusBadge } from '../../kit/status-badge.js';
import { useTexts } from '../../kit/texts.js';
import { Timeline } from '../../kit/timeline.js';
import { Time } from '../../kit/times.js';
import { AppealCard } from './appeal-card.js';
import { ReceiptCard } from './receipt-card.js';

type OwnAttempt = Shape<'OwnAttemptInDetail'>;

const unfinished = ['eligible', 'created', 'download_software_clicked', 'ready_to_start', 'started', 'ready_to_submit'];

/** The learner reads what happened in an attempt, and finds the receipt and the appeal. */
export function OwnAttemptPage({ attemptId }: { attemptId: number }) {
  const intl = useIntl();
  const say = useTexts();
  const path = { attemptId };
  const attempt = useQuery({
    queryKey: ['own attempt', attemptId],
    queryFn: () => unwrap(api.GET('/api/exams/v1/me/attempts/{attemptId}', { params: { path } })),
    refetchInterval: ({ state }) => (state.data && unfinished.includes(state.data.status) ? 30_000 : false),
  });
  const timeline = useQuery({
    queryKey: ['own attempt', attemptId, 'timeline', intl.locale],
    queryFn: () => unwrap(api.GET('/api/exams/v1/me/attempts/{attemptId}/timeline', { params: { path } })),
  });
  const title = attempt.data?.exam.name ?? say('learner.attempt');
  return (
    <Page title={title}>
      <p>
        <Link href="/my-exams">{say('learner.all')}</Link>
      </p>
      <Loaded query={attempt}>
        {(data) => (
          <>
            <Facts attempt={data} />
            {data.messages.length > 0 && <Messages messages={data.messages} />}
            <AppealCard attempt={data} timeline={timeline.data?.entries ?? []} />
            {data.completed_at !== null && <ReceiptCard attemptId={attemptId} />}
          </>
        )}
      </Loaded>
      <section className="card stack" aria-labelledby="timeline">
        <h2 id="timeline">{say('learner.timeline')}</h2>
        <Loaded query={timeline} isEmpty={({ entries }) => entries.length === 0}>
          {({ entries }) => (
            <Timeline
              entries={entries.map(({ at, event, what, by, reason, message }) => ({
                ...{ at, event, what, words: reason ?? message },
                by: say('learner.by', { by }),
              }))}
            />
          )}
        </Loaded>
      </section>
    </Page>
  );
}

function Facts({ attempt }: { attempt: OwnAttempt }) {
  const say = useTexts();
  const { exam, status, started_at, completed_at, allowed_minutes, is_paused } = attempt;
  return (
    <section className="card stack">
      <dl className="facts">
        <Fact name="learner.course">{exam.course_name ?? exam.course_id}</Fact>
        <Fact name="learner.status">
          <StatusBadge status={status} />
        </Fact>
        <Fact name="learner.started">
          <Time at={started_at} />
        </Fact>
        <Fact name="learner.submitted">
          <Time at={completed_at} />
        </Fact>
        {allowed_minutes !== null && (
          <Fact name="learner.time">{say('learner.minutes', { minutes: allowed_minutes })}</Fact>
        )}
      </dl>
      {is_paused && <p className="banner">{say('learner.paused')}</p>}
      {unfinished.includes(status) && (
        <p>
          <a
            className="button primary"
            href={`/exams/${encodeURIComponent(exam.course_id)}/${encodeURIComponent(exam.content_id)}`}
          >
            {say('learner.to_exam')}
          </a>
        </p>
      )}
    </section>
  );
}

function Messages({ messages }: { messages: OwnAttempt['messages'] }) {
  const say = useTexts();
  return (
    <section className="card stack" aria-labelledby="messages">
      <h2 id="messages">{say('learner.messages')}</h2>
      <ul className="stack-tight">
        {messages.map(({ at, text }) => (
          <li key={at}>
            {text}{' '}
            <span className="quiet small">
              <Time at={at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
