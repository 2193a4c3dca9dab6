import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Dialog } from '../../../kit/dialog.js';
import { Loading, ProblemBanner } from '../../../kit/states.js';
import { useTexts } from '../../../kit/texts.js';
import { useCourse } from '../../../shell/course.js';
import { ActionForm, type Entered, emptyForm, needsForm } from './action-form.js';
import { Effects, namesIn } from './effects.js';
import { type ActionName, type Answer, isDangerous, newKey, send, type Target, undoOf } from './requests.js';

type Props = { name: ActionName; target: Target; who: ReactNode; close: () => void };

/** An action in steps: what is needed for it, a preview, and the result, which may be undone. */
export function ActionDialog({ name, target, who, close }: Props) {
  const say = useTexts();
  const courseId = useCourse();
  const queries = useQueryClient();
  const key = useRef(newKey());
  const [texts, setTexts] = useState(emptyForm);
  const [request, setRequest] = useState<Target & Entered>();
  const [result, setResult] = useState<Answer>();
  const finish = (answer: Answer) => {
    setResult(answer);
    void queries.invalidateQueries();
  };
  const preview = useMutation({
    mutationFn: (asked: Target & Entered) => send(name, courseId, { ...asked, preview: true }),
  });
  const action = useMutation({
    mutationFn: () => send(name, courseId, request!, key.current),
    onSuccess: finish,
  });
  const undo = useMutation({ mutationFn: (run: () => Promise<Answer>) => run(), onSuccess: finish });

  const { mutate } = preview;
  const ask = (entered: Entered) => {
    const asked = { ...target, ...entered };
    setRequest(asked);
    mutate(asked);
  };
  // An action without a form begins with its preview.
  const isAsked = useRef(false);
  useEffect(() => {
    if (needsForm(name) || isAsked.current) return;
    isAsked.current = true;
    setRequest(target);
    mutate(target);
  }, [name, target, mutate]);

  const title = say(`exam_day.${name}`);
  const error = preview.error ?? action.error ?? undo.error;
  const problem = error && <ProblemBanner error={error} />;
  const run = result && !undo.isSuccess ? undoOf(name, courseId, result) : undefined;

  if (result)
    return (
      <Dialog title={title} close={close} isWide>
        <div className="stack">
          {undo.isSuccess && <p className="banner good">{say('exam_day.undone')}</p>}
          <Effects answer={result} names={namesIn(preview.data!)} />
          {problem}
          <div className="buttons">
            <button type="button" className="primary" onClick={close}>
              {say('kit.close')}
            </button>
            {run && (
              <button
                type="button"
                aria-busy={undo.isPending}
                disabled={undo.isPending}
                onClick={() => undo.mutate(run)}
              >
                {say('kit.undo')}
              </button>
            )}
          </div>
        </div>
      </Dialog>
    );

  if (preview.data)
    return (
      <Dialog title={title} close={close} isWide>
        <div className="stack">
          <p>{say(`exam_day.${name}.what`)}</p>
          <Effects answer={preview.data} names={namesIn(preview.data)} />
          {problem}
          <div className="buttons">
            <button
              type="button"
              className={isDangerous(name) ? 'danger' : 'primary'}
              disabled={action.isPending || preview.data.changed === 0}
              aria-busy={action.isPending}
              onClick={() => action.mutate()}
            >
              {say(`exam_day.${name}.do`, { count: preview.data.changed })}
            </button>
            {needsForm(name) && (
              <button type="button" onClick={preview.reset}>
                {say('kit.back')}
              </button>
            )}
            <button type="button" onClick={close}>
              {say('kit.cancel')}
            </button>
          </div>
        </div>
      </Dialog>
    );

  return (
    <Dialog title={title} close={close}>
      {needsForm(name) ? (
        <ActionForm
          name={name}
          texts={texts}
          setTexts={setTexts}
          isBusy={preview.isPending}
          error={error}
          next={ask}
          close={close}
        >
          <p>{who}</p>
        </ActionForm>
      ) : (
        problem || <Loading />
      )}
    </Dialog>
  );
}
