import { type ReactNode, useEffect, useId, useRef } from 'react';
import { ProblemBanner } from './states.js';
import { useTexts } from './texts.js';

type DialogProps = { title: ReactNode; close: () => void; isWide?: boolean; children: ReactNode };

/** A modal dialog while it is rendered. Escape closes it; the focus returns to where it was. */
export function Dialog({ title, close, isWide = false, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const say = useTexts();
  useEffect(() => {
    const { current } = dialog;
    const before = document.activeElement;
    current?.showModal();
    return () => {
      current?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      className={isWide ? 'wide' : undefined}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <div className="dialog-title">
        <h2 id={id}>{title}</h2>
        <button type="button" className="plain compact" aria-label={say('kit.close')} onClick={close}>
          ✕
        </button>
      </div>
      {children}
    </dialog>
  );
}

type FormProps = {
  /** The word of the action, on its button. */
  action: ReactNode;
  children: ReactNode;
  isDangerous?: boolean;
  isBusy?: boolean;
  isReady?: boolean;
  error?: unknown;
  confirm: () => void;
  close: () => void;
};

/** The form of a dialog. It shows a refusal of the service above its buttons. */
export function DialogForm({
  action,
  children,
  isDangerous,
  isBusy,
  isReady = true,
  error,
  confirm,
  close,
}: FormProps) {
  const say = useTexts();
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady && !isBusy) confirm();
      }}
    >
      <div className="stack">{children}</div>
      <ProblemBanner error={error} />
      <div className="buttons">
        <button
          type="submit"
          className={isDangerous ? 'danger' : 'primary'}
          aria-busy={isBusy}
          disabled={!isReady || isBusy}
        >
          {action}
        </button>
        <button type="button" onClick={close}>
          {say('kit.cancel')}
        </button>
      </div>
    </form>
  );
}

/** Asks before something happens. The children name whom it concerns and say the consequence. */
export function Confirm({ title, ...form }: FormProps & { title: ReactNode }) {
  return (
    <Dialog title={title} close={form.close}>
      <DialogForm {...form} />
    </Dialog>
  );
}
