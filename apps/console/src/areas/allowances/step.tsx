import { type FormEvent, type ReactNode, useEffect, useRef } from 'react';
import { useTexts } from '../../kit/texts.js';

type Props = {
  name: string;
  number: number;
  back?: () => void;
  next: () => void;
  children: ReactNode;
  action?: ReactNode;
};

/** A step of several: its heading gets the focus, so that screen readers say that the page has changed. */
export function Step({ name, number, back, next, children, action }: Props) {
  const say = useTexts();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    next();
  };
  return (
    <form className="stack card allowances-step" onSubmit={submit} noValidate>
      <h2 ref={heading} tabIndex={-1}>
        {say(`allowances.step.${name}`)} <span className="quiet small">{say('allowances.step', { step: number })}</span>
      </h2>
      {children}
      <div className="buttons">
        {action ?? (
          <button type="submit" className="primary">
            {say('kit.next')}
          </button>
        )}
        {back && (
          <button type="button" onClick={back}>
            {say('kit.back')}
          </button>
        )}
      </div>
    </form>
  );
}
