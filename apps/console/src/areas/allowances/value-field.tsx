import { TextArea, TextField } from '../../kit/fields.js';
import { useTexts } from '../../kit/texts.js';
import { isAllowed, type Kind, wordOf } from './kinds.js';

type Props = { kind: Kind; value: string; onChange: (value: string) => void; showsNeed?: boolean };

/** The value of an allowance. An error is shown once something is written, or if `showsNeed`. */
export function ValueField({ kind, value, onChange, showsNeed = false }: Props) {
  const say = useTexts();
  const { label, hint, need } = wordOf[kind];
  const isWrong = !isAllowed[kind](value) && (value !== '' || showsNeed);
  const shared = {
    label: say(label),
    hint: say(hint),
    error: isWrong && say(need),
    value,
    onChange,
  };
  if (kind === 'review_policy_exception') return <TextArea {...shared} maxLength={10_000} />;
  return <TextField {...shared} inputMode={kind === 'time_multiplier' ? 'decimal' : 'numeric'} autoComplete="off" />;
}
