import { AsyncLocalStorage } from 'node:async_hooks';

/** Headers that a request to a provider copies from the request that led to it. */
export const traceHeaders = new AsyncLocalStorage<Record<string, string>>();
