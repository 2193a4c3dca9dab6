import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { api, unwrap } from '../../api/client.js';
import { Fact } from '../../kit/facts.js';
import { Tick } from '../../kit/fields.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { Time } from '../../kit/times.js';
import { useMe } from '../../session/session.js';
import { AttemptTimeline } from './attempt-timeline.js';
import { Causes } from './causes.js';
import { Download } from './download.js';
import type { History } from './events.js';
import { Verification } from './verification.js';

export function AttemptPage({ attemptId }: { attemptId: number }) {
  const say = useTexts();
  const query = useQuery({
    queryKey: ['history', attemptId],
    queryFn: () => unwrap(api.GET('/api/audit/v1/attempts/{attemptId}/history', { params: { path: { attemptId } } })),
  });
  const title = say('audit.attempt', { id: String(attemptId) });
  return (
    <Page title={title} actions={<Evidence attemptId={attemptId} />}>
      <Loaded query={query} isEmpty={({ events }) => events.length === 0}>
        {(history) => (
          <>
            <Subject history={history} />
            <AttemptTimeline history={history} />
            <Verification attemptId={attemptId} />
            <Causes attemptId={attemptId} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** Staff may have the decrypted texts in the bundle. The access log records that. */
function Evidence({ attemptId }: { attemptId: number }) {
  const say = useTexts();
  const me = useMe();
  const [isPersonal, setPersonal] = useState(false);
  return (
    <>
      {(me.is_global_staff || me.is_course_staff) && (
        <Tick label={say('audit.with_texts')} checked={isPersonal} onChange={setPersonal} />
      )}
      <Download
        path={`/api/audit/v1/attempts/${attemptId}/evidence/timeline`}
        file={`attempt-${attemptId}.pdf`}
        id="audit.pdf"
      />
      <Download
        path={`/api/audit/v1/attempts/${attemptId}/evidence${isPersonal ? '?personal=true' : ''}`}
        file={`attempt-${attemptId}.zip`}
        id="audit.evidence"
      />
    </>
  );
}

/** The learner, the exam and the course, and the service's own statement about the events. */
function Subject({
  history: { events, is_intact, problem, covered_to_version, not_covered_since },
}: {
  history: History;
}) {
  const say = useTexts();
  const { userId, examId, courseId } = events[0]!.metadata;
  return (
    <>
      {is_intact === false && (
        <p className="banner bad" role="alert">
          {say('audit.not_intact')} {problem}
        </p>
      )}
      <dl className="facts card">
        <Fact name="audit.filter.user_id">
          <Link href={`/audit?user_id=${userId}`}>{userId}</Link>
        </Fact>
        <Fact name="audit.filter.exam_id">
          <Link href={`/audit?exam_id=${examId}`}>{examId}</Link>
        </Fact>
        <Fact name="audit.filter.course_id">
          <span className="audit-long">{courseId}</span>
        </Fact>
        <Fact name="audit.service_says">
          {is_intact !== false &&
            say(is_intact === null ? 'audit.not_covered_yet' : 'audit.covered_to', {
              version: covered_to_version,
            })}{' '}
          {not_covered_since && (
            <>
              {say('audit.not_covered_since')} <Time at={not_covered_since} />
            </>
          )}
        </Fact>
      </dl>
    </>
  );
}
