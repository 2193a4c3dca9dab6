import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { BoardConnection } from './board-connection.js';

/** The board of a course, kept up to date. `version` changes with it. */
export function useBoard(courseId: string) {
  const queries = useQueryClient();
  const [live] = useState(
    () => new BoardConnection(courseId, () => void queries.invalidateQueries({ queryKey: ['me'] })),
  );
  const version = useSyncExternalStore(live.subscribe, live.getVersion);
  useEffect(() => {
    const leaving = new AbortController();
    void live.run(leaving.signal);
    return () => leaving.abort();
  }, [live]);
  return { board: live.board, connection: live.connection, retry: live.retry, version };
}

const clocks = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One timer for all who show the time. */
function everySecond(listener: () => void) {
  clocks.add(listener);
  timer ??= setInterval(() => {
    for (const each of clocks) each();
  }, 1_000);
  return () => {
    clocks.delete(listener);
    if (clocks.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The number of whole periods of `seconds` since 1970. It changes once in each period. */
export const usePeriod = (seconds: number): number =>
  useSyncExternalStore(everySecond, () => Math.floor(Date.now() / 1000 / seconds));
