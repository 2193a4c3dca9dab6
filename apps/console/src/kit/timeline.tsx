import type { ReactNode } from 'react';
import { Time } from './times.js';

type Entry = { at: string; event: string; by: ReactNode; what: ReactNode; words: string | null };

/** The events of an attempt, in plain words. */
export function Timeline({ entries }: { entries: readonly Entry[] }) {
  return (
    <ol className="timeline">
      {entries.map(({ at, event, by, what, words }) => (
        <li key={`${at} ${event}`}>
          <span className="quiet small">
            <Time at={at} /> · {by}
          </span>
          <span>{what}</span>
          {words && <q className="words">{words}</q>}
        </li>
      ))}
    </ol>
  );
}
