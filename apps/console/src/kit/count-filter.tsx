import type { ReactNode } from 'react';
import { FormattedNumber } from 'react-intl';
import { useTexts } from './texts.js';

/** Numbers that filter a list. `label` is the id of its text. */
export function CountFilter({ label, children }: { label: string; children: ReactNode }) {
  const say = useTexts();
  return (
    <fieldset className="count-filter">
      <legend className="visually-hidden">{say(label)}</legend>
      {children}
    </fieldset>
  );
}

type CountProps = { count: number; isBad?: boolean; isPressed: boolean; onPress: () => void; children: ReactNode };

/** How many there are of something. A press shows only these. */
export function Count({ count, isBad = false, isPressed, onPress, children }: CountProps) {
  return (
    <button type="button" className={isBad ? 'bad' : undefined} aria-pressed={isPressed} onClick={onPress}>
      <strong>
        <FormattedNumber value={count} />
      </strong>{' '}
      {children}
    </button>
  );
}
