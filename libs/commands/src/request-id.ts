import { traceHeaders } from '#providers';

/** The id of the request or operator's command that leads to an event. The worker's own events have none. */
export const currentRequestId = (): { requestId?: string } => {
  const requestId = traceHeaders.getStore()?.['X-Request-Id'];
  return requestId === undefined ? {} : { requestId };
};
