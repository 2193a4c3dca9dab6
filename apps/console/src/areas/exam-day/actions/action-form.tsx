import type { Dispatch, ReactNode, SetStateAction } from 'react';
import { DialogForm } from '../../../kit/dialog.js';
import { TextArea, TextField } from '../../../kit/fields.js';
import { useTexts } from '../../../kit/texts.js';
import type { ActionName } from './requests.js';

/** The words and times that the user must give before the preview, beside the attempts. */
export type Entered = { seconds?: number; reason?: string; outage_from?: string; outage_until?: string; text?: string };

export const needsForm = (name: ActionName) => ['extra_time', 'outage', 'message'].includes(name);

export type FormTexts = { minutes: string; from: string; until: string; words: string };
export const emptyForm: FormTexts = { minutes: '10', from: '', until: '', words: '' };

const mostMinutes = 7 * 24 * 60;
const isMinutes = (minutes: string) =>
  /^\d{1,5}$/.test(minutes) && Number(minutes) > 0 && Number(minutes) <= mostMinutes;

const enteredIn = (name: ActionName, { minutes, from, until, words }: FormTexts): Entered | undefined => {
  const text = words.trim();
  if (text === '') return undefined;
  if (name === 'message') return { text };
  if (name === 'extra_time') return isMinutes(minutes) ? { seconds: Number(minutes) * 60, reason: text } : undefined;
  if (from === '' || until === '' || until <= from) return undefined;
  // The fields have the user's own time.
  return { outage_from: new Date(from).toISOString(), outage_until: new Date(until).toISOString(), reason: text };
};

/** Asks for minutes, an outage, a reason or a message. */
export function ActionForm({
  name,
  texts,
  setTexts,
  children,
  error,
  isBusy,
  next,
  close,
}: {
  name: ActionName;
  texts: FormTexts;
  setTexts: Dispatch<SetStateAction<FormTexts>>;
  children: ReactNode;
  error: unknown;
  isBusy: boolean;
  next: (entered: Entered) => void;
  close: () => void;
}) {
  const say = useTexts();
  const set = (field: keyof FormTexts) => (value: string) => setTexts((all) => ({ ...all, [field]: value }));
  const entered = enteredIn(name, texts);
  return (
    <DialogForm
      action={say('exam_day.preview')}
      isReady={entered !== undefined}
      isBusy={isBusy}
      error={error}
      confirm={() => next(entered!)}
      close={close}
    >
      {children}
      {name === 'extra_time' && (
        <TextField
          label={say('exam_day.minutes')}
          inputMode="numeric"
          value={texts.minutes}
          onChange={set('minutes')}
          error={texts.minutes !== '' && !isMinutes(texts.minutes) && say('exam_day.minutes.wrong')}
        />
      )}
      {name === 'outage' && (
        <div className="exam-day-outage">
          <TextField
            type="datetime-local"
            label={say('exam_day.outage.from')}
            value={texts.from}
            onChange={set('from')}
          />
          <TextField
            type="datetime-local"
            label={say('exam_day.outage.until')}
            value={texts.until}
            onChange={set('until')}
            error={texts.until !== '' && texts.until <= texts.from && say('exam_day.outage.wrong')}
          />
        </div>
      )}
      <TextArea
        label={say(name === 'message' ? 'exam_day.message.text' : 'exam_day.reason')}
        hint={say('exam_day.words.hint')}
        rows={3}
        maxLength={10_000}
        value={texts.words}
        onChange={set('words')}
      />
    </DialogForm>
  );
}
