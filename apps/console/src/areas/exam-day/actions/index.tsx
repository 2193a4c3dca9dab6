import { useTexts } from '../../../kit/texts.js';
import './actions.css';
import { useState } from 'react';
import type { Shape } from '../../../api/client.js';
import { WithTexts } from '../../../session/locale.js';
import { ActionDialog } from './action-dialog.js';
import { type ActionName, isDangerous, type Target } from './requests.js';
import { texts } from './texts.js';

export type SelectedAttempt = Pick<Shape<'RunningAttempt'>, 'attempt_id' | 'learner'>;

type Props = {
  selection: readonly SelectedAttempt[];
  /** Without a selection the actions are about all that run at this exam, or else in the course. */
  exam?: { exam_id: number; exam_name: string };
};

const names: readonly ActionName[] = ['extra_time', 'outage', 'pause', 'end_pause', 'message', 'submit', 'error'];

/** The buttons of what staff can do while exams run, with their dialogs. */
export function ExamDayActions(props: Props) {
  return (
    <WithTexts texts={texts}>
      <Actions {...props} />
    </WithTexts>
  );
}

function Actions({ selection, exam }: Props) {
  const say = useTexts();
  const [open, setOpen] = useState<{ name: ActionName; target: Target; who: React.ReactNode }>();
  const who = <Who selection={selection} exam={exam} />;
  const target = (): Target => {
    if (selection.length > 0) return { attempt_ids: selection.map(({ attempt_id }) => attempt_id) };
    return exam ? { exam_id: exam.exam_id } : { whole_course: true };
  };
  return (
    <div className="exam-day-actions" role="toolbar" aria-label={say('exam_day.actions')}>
      <span className="exam-day-who">{who}</span>
      {names.map((name) => (
        <button
          key={name}
          type="button"
          className={isDangerous(name) ? 'compact danger' : 'compact'}
          // The dialog keeps what was selected when it opened.
          onClick={() => setOpen({ name, target: target(), who })}
        >
          {say(`exam_day.${name}`)}
        </button>
      ))}
      {open && <ActionDialog {...open} close={() => setOpen(undefined)} />}
    </div>
  );
}

/** Says whom the actions concern. */
function Who({ selection, exam }: Props) {
  const say = useTexts();
  const [first] = selection;
  if (first && selection.length === 1)
    return say('exam_day.who.one', {
      name: first.learner.full_name || first.learner.username || first.learner.user_id,
    });
  if (first) return say('exam_day.who.many', { count: selection.length });
  if (exam) return say('exam_day.who.exam', { name: exam.exam_name });
  return say('exam_day.who.course');
}
