import type { ReactNode } from 'react';
import { FormattedMessage, FormattedNumber } from 'react-intl';

/** Numbers that filter a list. `label` is the id of its text. */
export function CountFilter({ label, children }: { label: string; children: ReactNode }) {
  return (
    <fieldset className="count-filter">
      <legend className="visually-hidden">
        <FormattedMessage id={label} />
      </legend>
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
