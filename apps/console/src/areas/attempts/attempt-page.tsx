import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useNotice } from '../../kit/notices.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { Timeline } from '../../kit/timeline.js';
import { durationOf } from '../../kit/times.js';
import { ActionDialog } from './action-dialog.js';
import { AppealSection } from './appeal-section.js';
import { Allowances, Facts, OtherAttempts } from './attempt-facts.js';
import { Deliveries } from './deliveries.js';
import { type ActionName, type Details, isDangerous, useAddresses, useDetails } from './queries.js';
import { Reviews } from './reviews.js';

export function AttemptPage({ attemptId }: { attemptId: number }) {
  const query = useDetails(attemptId);
  const { list } = useAddresses();
  const say = useTexts();
  const title = query.data
    ? `${query.data.attempt.user.username} · ${query.data.attempt.proctored_exam.exam_name}`
    : say('attempts.attempt', { id: attemptId });
  return (
    <Page
      title={title}
      actions={
        <>
          <Link href={list} className="button">
            {say('attempts.to_list')}
          </Link>
          <Link href={`/audit/attempts/${attemptId}`} className="button">
            {say('attempts.to_audit')}
          </Link>
        </>
      }
    >
      <Loaded query={query}>{(details) => <Content details={details} />}</Loaded>
    </Page>
  );
}

function Content({ details }: { details: Details }) {
  const [action, setAction] = useState<ActionName>();
  const { list } = useAddresses();
  const [, navigate] = useLocation();
  const say = useTexts();
  const notify = useNotice();
  const done = (what: ActionName) => {
    setAction(undefined);
    notify(say(`attempts.done.${what}`, { username: details.attempt.user.username }));
    if (what === 'remove' || what === 'remove_all') navigate(list);
  };
  return (
    <>
      <div className="attempts-columns">
        <div className="stack">
          <Facts details={details} />
          <Actions details={details} onAct={setAction} />
          <AppealSection details={details} onAct={setAction} />
          <Reviews reviews={details.reviews} />
          <Allowances details={details} />
          <OtherAttempts details={details} />
        </div>
        <History entries={details.timeline} />
      </div>
      <Deliveries attemptId={details.attempt.id} />
      {action && <ActionDialog details={details} action={action} done={done} close={() => setAction(undefined)} />}
    </>
  );
}

const shown: readonly ActionName[] = ['mark_ready_to_resume', 'verify', 'reject', 'remove', 'remove_all'];

/** The actions that the service would carry out now. */
function Actions({ details, onAct }: { details: Details; onAct: (action: ActionName) => void }) {
  const say = useTexts();
  const possible = shown.filter((name) =>
    details.actions.some(({ action, refusal }) => action === name && refusal === null),
  );
  const judged = details.timeline.findLast(({ event }) =>
    ['rejection_proposed', 'verified', 'rejected'].includes(event),
  );
  const waits = judged?.event === 'rejection_proposed';
  return (
    <div className="stack-tight">
      {waits && <p className="banner warn">{say('attempts.proposal_waits', { name: judged?.name })}</p>}
      <div className="buttons">
        {possible
          .filter((name) => name !== 'remove_all' || details.attempts.length > 1)
          .map((name) => (
            <button
              key={name}
              type="button"
              className={isDangerous(name) ? 'danger' : undefined}
              onClick={() => onAct(name)}
            >
              {say(`attempts.action.${name}`)}
            </button>
          ))}
      </div>
    </div>
  );
}

function History({ entries }: { entries: Details['timeline'] }) {
  const say = useTexts();
  return (
    <section className="card stack-tight">
      <h2>{say('attempts.timeline')}</h2>
      <Timeline
        entries={entries.map(({ by, name, what, seconds, reason, message, ...entry }) => ({
          ...entry,
          by: (
            <>
              {say(`attempts.by.${by}`)} {name && `(${name})`}
            </>
          ),
          what: seconds === null ? what : `${what} ${durationOf(seconds)}`,
          words: reason ?? message,
        }))}
      />
    </section>
  );
}
