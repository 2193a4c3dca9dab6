import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const checks = new AsyncLocalStorage<() => void>();
const checkOf = new WeakMap<object, () => void>();

/**
 * Does `work`, and calls `check` just before each of its HTTP requests leaves this process. If `check` throws, the request is
 * not sent. A check before `fetch` is too early, because the process may be frozen while `fetch` connects.
 */
export const beforeSending = <T>(check: () => void, work: () => Promise<T>): Promise<T> => checks.run(check, work);

subscribe('undici:request:create', (message) => {
  const check = checks.getStore();
  if (check) checkOf.set((message as { request: object }).request, check);
});

// undici publishes this between connecting and writing. An error of a subscriber would end the process.
subscribe('undici:client:sendHeaders', (message) => {
  const { request, socket } = message as { request: object; socket: Socket };
  try {
    checkOf.get(request)?.();
  } catch (error) {
    socket.destroy(error as Error);
  }
});
