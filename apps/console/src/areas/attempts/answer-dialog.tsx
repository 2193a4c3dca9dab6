import { useState } from 'react';
import { Dialog } from '../../kit/dialog.js';
import { useNotice } from '../../kit/notices.js';
import { Loaded } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { ActionDialog } from './action-dialog.js';
import { AppealSection } from './appeal-section.js';
import { type ActionName, useDetails } from './queries.js';
import { Reviews } from './reviews.js';

/** Shows an appeal with what was judged, and then asks for the answer. */
export function AnswerDialog({ attemptId, close }: { attemptId: number; close: () => void }) {
  const [action, setAction] = useState<ActionName>();
  const query = useDetails(attemptId);
  const say = useTexts();
  const notify = useNotice();
  if (action && query.data) {
    const { username } = query.data.attempt.user;
    const done = (what: ActionName) => {
      notify(say(`attempts.done.${what}`, { username }));
      close();
    };
    return <ActionDialog details={query.data} action={action} done={done} close={close} />;
  }
  return (
    <Dialog title={say('attempts.answer_the_appeal')} close={close} isWide>
      <Loaded query={query}>
        {(details) => (
          <div className="stack">
            <p>
              <strong>{details.attempt.user.username}</strong> · {details.attempt.proctored_exam.exam_name}
            </p>
            <Judgement timeline={details.timeline} />
            <Reviews reviews={details.reviews} />
            <AppealSection details={details} onAct={setAction} />
          </div>
        )}
      </Loaded>
    </Dialog>
  );
}

type Judged = { timeline: readonly { event: string; reason: string | null; name: string | null }[] };

function Judgement({ timeline }: Judged) {
  const say = useTexts();
  const rejection = timeline.findLast(({ event }) => event === 'rejected');
  if (!rejection?.reason) return null;
  return (
    <p>
      {say('attempts.rejected_because', { name: rejection.name })} <q className="words">{rejection.reason}</q>
    </p>
  );
}
