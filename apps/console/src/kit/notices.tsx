import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import { RawIntlProvider, useIntl } from 'react-intl';
import { useTexts } from './texts.js';

type Notice = { id: number; text: ReactNode; undo?: () => void };

const Notices = createContext<(text: ReactNode, undo?: () => void) => void>(() => {});

/** Tells the user that something is done; with `undo`, offers to undo it. Screen readers say it. */
export function useNotice() {
  const add = useContext(Notices);
  // A notice stands outside the area whose texts it uses.
  const intl = useIntl();
  return useCallback(
    (text: ReactNode, undo?: () => void) => add(<RawIntlProvider value={intl}>{text}</RawIntlProvider>, undo),
    [add, intl],
  );
}

const shownMs = 12_000;
let last = 0;

export function NoticeProvider({ children }: { children: ReactNode }) {
  const say = useTexts();
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const remove = (id: number) => setNotices((all) => all.filter((notice) => notice.id !== id));
  const add = useCallback((text: ReactNode, undo?: () => void) => {
    last += 1;
    const id = last;
    setNotices((all) => [...all, { id, text, undo }]);
    setTimeout(() => remove(id), shownMs);
  }, []);
  return (
    <Notices value={add}>
      {children}
      <div className="notices" role="status" aria-live="polite">
        {notices.map(({ id, text, undo }) => (
          <div key={id} className="notice">
            <span>{text}</span>
            {undo && (
              <button
                type="button"
                className="compact"
                onClick={() => {
                  remove(id);
                  undo();
                }}
              >
                {say('kit.undo')}
              </button>
            )}
            <button type="button" className="plain compact" onClick={() => remove(id)}>
              {say('kit.close')}
            </button>
          </div>
        ))}
      </div>
    </Notices>
  );
}
