import { traceHeaders } from '#providers';

/** The id of the request, or of the operator's command, that leads to an event; none when the worker does it by itself. */
export const currentRequestId = (): { requestId?: string } => {
  const requestId = traceHeaders.getStore()?.['X-Request-Id'];
  return requestId === undefined ? {} : { requestId };
};
