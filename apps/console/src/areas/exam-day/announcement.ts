import { useEffect, useState } from 'react';
import type { Announcement, Board } from './board.js';

const everyMs = 20_000;

/** Counts attempts that began and ended, for screen readers: rarely enough to be listened to. */
export function useAnnouncement(board: Board): Announcement | undefined {
  const [announcement, setAnnouncement] = useState<Announcement>();
  useEffect(() => {
    const timer = setInterval(() => {
      const { began, ended } = board.unannounced;
      if (began + ended === 0) return;
      board.unannounced = { began: 0, ended: 0 };
      setAnnouncement({ began, ended });
    }, everyMs);
    return () => clearInterval(timer);
  }, [board]);
  return announcement;
}
