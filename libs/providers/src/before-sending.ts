import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const checks = new AsyncLocalStorage<() => void>();
const checkOf = new WeakMap<object, () => void>();

/**
 * Does `work`, and calls `check` at the last moment before each of its HTTP requests leaves this process; what it throws
 * keeps the request back. A check before `fetch` is too early: the process may be frozen while `fetch` connects.
 */
export const beforeSending = <T>(check: () => void, work: () => Promise<T>): Promise<T> => checks.run(check, work);

subscribe('undici:request:create', (message) => {
  const check = checks.getStore();
  if (check) checkOf.set((message as { request: object }).request, check);
});

// Published between connecting and writing. An error that a subscriber throws would end the process.
subscribe('undici:client:sendHeaders', (message) => {
  const { request, socket } = message as { request: object; socket: Socket };
  try {
    checkOf.get(request)?.();
  } catch (error) {
    socket.destroy(error as Error);
  }
});
