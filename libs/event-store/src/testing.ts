import { setTimeout as pause } from 'node:timers/promises';
import type { Metadata } from './recorded-event.js';

/** The metadata of a learner's command. */
export const metadata: Metadata = { commandId: 'f3d1c5de', actor: { kind: 'user', userId: 7 }, examId: 4, userId: 7 };

export const created = { type: 'AttemptCreated', data: { attemptId: 1, allowedMinutes: 90 } };
export const started = { type: 'AttemptStarted', data: { attemptId: 1, at: '2026-03-01T09:00:00Z' } };
export const submitted = { type: 'AttemptSubmitted', data: { attemptId: 1, at: '2026-03-01T10:00:00Z' } };

/** Waits until `isTrue`. After 30 s it throws an error that names `what`. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>) {
  for (const deadline = Date.now() + 30_000; !(await isTrue()); await pause(10))
    if (Date.now() > deadline) throw new Error(`Not within 30 s: ${what}`);
}
