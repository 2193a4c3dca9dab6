import type { ReactNode } from 'react';
import { FormattedMessage } from 'react-intl';

type Props = { /** The id of its text. */ name: string; values?: Record<string, string | number>; children: ReactNode };

/** A name and its value, in a `<dl className="facts">`. */
export function Fact({ name, values, children }: Props) {
  return (
    <div>
      <dt>
        <FormattedMessage id={name} values={values} />
      </dt>
      <dd>{children}</dd>
    </div>
  );
}
