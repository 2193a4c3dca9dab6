import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { FormattedDate, FormattedMessage } from 'react-intl';
import { api, type Shape, unwrap } from '../../api/client.js';
import { Confirm } from '../../kit/dialog.js';
import { TextArea } from '../../kit/fields.js';
import { useNotice } from '../../kit/notices.js';
import { Loaded } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';

type OwnAttempt = Shape<'OwnAttemptInDetail'>;

type Props = { attempt: OwnAttempt; timeline: readonly Shape<'TimelineEntry'>[] };

/** The last appeal with its answer, and the way to appeal a judgement. Without both there is nothing. */
export function AppealCard({ attempt, timeline }: Props) {
  const say = useTexts();
  const [isOpen, setOpen] = useState(false);
  const { may_appeal_until: until, attempt_id } = attempt;
  const hasAppealed = timeline.some(({ event }) => event === 'appealed');
  if (until === null && !hasAppealed) return null;
  return (
    <section className="card stack" aria-labelledby="appeal">
      <h2 id="appeal">{say('learner.appeal')}</h2>
      {hasAppealed && <LastAppeal attemptId={attempt_id} />}
      {until !== null && (
        <>
          <p>
            <FormattedMessage id="learner.appeal_what" values={{ until: <Day at={until} /> }} />
          </p>
          <p>
            <button type="button" className="primary" onClick={() => setOpen(true)}>
              {say('learner.appeal_make')}
            </button>
          </p>
        </>
      )}
      {isOpen && <MakeAppeal attempt={attempt} close={() => setOpen(false)} />}
    </section>
  );
}

function LastAppeal({ attemptId }: { attemptId: number }) {
  const say = useTexts();
  const query = useQuery({
    queryKey: ['own attempt', attemptId, 'appeal'],
    queryFn: () => unwrap(api.GET('/api/exams/v1/me/attempts/{attemptId}/appeal', { params: { path: { attemptId } } })),
  });
  return (
    <Loaded query={query}>
      {({ made_at, reason, answer_by, answer }) => (
        <>
          <p>
            <FormattedMessage id="learner.appeal_made" values={{ at: <Day at={made_at} /> }} />
          </p>
          {reason && <q className="words">{reason}</q>}
          <p className={`banner ${answer === null ? '' : answer.upheld ? 'good' : 'warn'}`}>
            {answer === null ? (
              <FormattedMessage id="learner.appeal_open" values={{ by: <Day at={answer_by} /> }} />
            ) : (
              say(answer.upheld ? 'learner.appeal_upheld' : 'learner.appeal_dismissed')
            )}
          </p>
          {answer?.reason && <q className="words">{answer.reason}</q>}
        </>
      )}
    </Loaded>
  );
}

function MakeAppeal({ attempt, close }: { attempt: OwnAttempt; close: () => void }) {
  const say = useTexts();
  const [reason, setReason] = useState('');
  const queries = useQueryClient();
  const notify = useNotice();
  const { attempt_id, exam } = attempt;
  const appeal = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/exams/v1/me/attempts/{attemptId}/appeal', {
          params: { path: { attemptId: attempt_id } },
          body: { reason: reason.trim() },
        }),
      ),
    onSuccess: async () => {
      notify(say('learner.appeal_done'));
      close();
      await queries.invalidateQueries({ queryKey: ['own attempt', attempt_id] });
    },
  });
  return (
    <Confirm
      title={say('learner.appeal_title')}
      action={say('learner.appeal_send')}
      isBusy={appeal.isPending}
      isReady={reason.trim() !== ''}
      error={appeal.error}
      confirm={() => appeal.mutate()}
      close={close}
    >
      <p>{say('learner.appeal_consequence', { exam: exam.name })}</p>
      <TextArea label={say('learner.reason')} value={reason} onChange={setReason} required />
    </Confirm>
  );
}

const Day = ({ at }: { at: string }) => <FormattedDate value={at} dateStyle="long" />;
