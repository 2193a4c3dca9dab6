import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '../../api/client.js';
import { Confirm } from '../../kit/dialog.js';
import { TextArea } from '../../kit/fields.js';
import { useNotice } from '../../kit/notices.js';
import { useTexts } from '../../kit/texts.js';
import { useMe } from '../../session/session.js';
import type { CourseExam } from './course-exam.js';

/** The text for reviewers. Global staff change it. */
export function ReviewPolicy({ exam }: { exam: CourseExam }) {
  const say = useTexts();
  const me = useMe();
  const [isOpen, setOpen] = useState(false);
  return (
    <section className="card stack-tight" aria-labelledby="exams-policy">
      <div className="row spread">
        <h2 id="exams-policy">{say('exams.policy')}</h2>
        {me.is_global_staff && (
          <button type="button" className="compact" onClick={() => setOpen(true)}>
            {say('exams.policy.change')}
          </button>
        )}
      </div>
      {exam.review_policy ? (
        <p className="exams-policy" dir="auto">
          {exam.review_policy}
        </p>
      ) : (
        <p className="quiet">{say('exams.policy.none')}</p>
      )}
      <p className="quiet small">{say('exams.policy.hint')}</p>
      {isOpen && <ChangePolicy exam={exam} close={() => setOpen(false)} />}
    </section>
  );
}

function ChangePolicy({ exam, close }: { exam: CourseExam; close: () => void }) {
  const [text, setText] = useState(exam.review_policy ?? '');
  const say = useTexts();
  const queries = useQueryClient();
  const notify = useNotice();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () =>
      unwrap(
        api.PUT('/api/lms/v1/exams/{examId}/review_policy', {
          params: { path: { examId: exam.id } },
          body: { review_policy: text },
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries();
      notify(say('exams.policy.saved', { exam: exam.exam_name }));
      close();
    },
  });
  return (
    <Confirm
      title={say('exams.policy.title', { exam: exam.exam_name })}
      action={say('exams.policy.save')}
      isReady={text !== (exam.review_policy ?? '')}
      isBusy={isPending}
      error={error}
      confirm={mutate}
      close={close}
    >
      <TextArea
        label={say('exams.policy.text')}
        hint={say('exams.policy.empty')}
        rows={8}
        dir="auto"
        value={text}
        onChange={setText}
      />
      <p>{say('exams.policy.consequence')}</p>
    </Confirm>
  );
}
