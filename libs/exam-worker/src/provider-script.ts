import { config, exchanges } from './messages.js';

/**
 * The functions of a provider's script that the page calls. A request without its function gets no answer. Timeouts are in
 * milliseconds.
 */
export type ExamHandler = {
  onStartExamAttempt?(timeout: number | undefined, attemptExternalId: string | undefined): Promise<unknown>;
  onEndExamAttempt?(attemptExternalId: string | undefined): Promise<unknown>;
  onPing?(timeout: number | undefined, attemptExternalId: string | undefined): Promise<unknown>;
};

type Request = { data: { type?: string; options?: object; timeout?: number; attemptExternalId?: string } };

/** The part of the browser's `self` that a worker's script uses. */
export type Scope = {
  addEventListener(type: 'message', listener: (message: any) => void): void;
  postMessage(message: unknown): void;
};
declare const self: Scope;

/**
 * Runs in the provider's worker, and lets a class answer the learner's page. It replaces the function of the same name in
 * `@edx/edx-proctoring`: a script only changes the import.
 */
export function handlerWrapper<Options>(Handler: new (options: Options) => ExamHandler, scope: Scope = self): void {
  let handler = new Handler({} as Options);
  scope.addEventListener('message', async ({ data }: Request) => {
    const { type, timeout, attemptExternalId } = data;
    const answer = async ({ done, failed }: { done: string; failed: string }, work?: () => Promise<unknown>) => {
      if (!work) return;
      try {
        await work();
        scope.postMessage({ type: done });
      } catch (error) {
        postFailure(scope, failed, error);
      }
    };
    const { start, end, ping } = exchanges;
    if (type === config) handler = new Handler(data.options as Options);
    if (type === start.asks) await answer(start, handler.onStartExamAttempt?.bind(handler, timeout, attemptExternalId));
    if (type === end.asks) await answer(end, handler.onEndExamAttempt?.bind(handler, attemptExternalId));
    if (type === ping.asks) await answer(ping, handler.onPing?.bind(handler, timeout, attemptExternalId));
  });
}

function postFailure(scope: Scope, type: string, error: unknown) {
  try {
    scope.postMessage({ type, error });
  } catch {
    scope.postMessage({ type, error: String(error) }); // some values, such as a Response, cannot be sent
  }
}
