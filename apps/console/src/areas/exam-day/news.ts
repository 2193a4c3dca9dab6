import { useEffect, useState } from 'react';
import type { Board, News } from './board.js';

const everyMs = 20_000;

/** What began and ended in the last seconds, for screen readers: rarely enough to be listened to. */
export function useNews(board: Board): News | undefined {
  const [news, setNews] = useState<News>();
  useEffect(() => {
    const timer = setInterval(() => {
      const { began, ended } = board.news;
      if (began + ended === 0) return;
      board.news = { began: 0, ended: 0 };
      setNews({ began, ended });
    }, everyMs);
    return () => clearInterval(timer);
  }, [board]);
  return news;
}
