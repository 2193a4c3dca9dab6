import { type ReactNode, useEffect, useRef } from 'react';

/** A page's heading and content. The focus moves to the heading when the page opens, so that screen readers say its name. */
export function Page({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Exam proctoring`;
  }, [title]);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div className="stack">
      <div className="row spread">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions && <div className="buttons">{actions}</div>}
      </div>
      {children}
    </div>
  );
}
