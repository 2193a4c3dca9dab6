import { config, exchanges } from './messages.js';

/**
 * The functions of a provider's script, which the page calls. A request without a function is not answered. Timeouts
 * are in milliseconds.
 */
export type ExamHandler = {
  onStartExamAttempt?(timeout: number | undefined, attemptExternalId: string | undefined): Promise<unknown>;
  onEndExamAttempt?(attemptExternalId: string | undefined): Promise<unknown>;
  onPing?(timeout: number | undefined, attemptExternalId: string | undefined): Promise<unknown>;
};

type Asked = { data: { type?: string; options?: object; timeout?: number; attemptExternalId?: string } };

/** A worker, as its script sees it: this much of the browser's `self`. */
export type Scope = {
  addEventListener(type: 'message', listener: (message: any) => void): void;
  postMessage(message: unknown): void;
};
declare const self: Scope;

/**
 * Lets a class answer the learner's page, from within the provider's worker. Scripts that were made with the function of
 * this name in `@edx/edx-proctoring` need no change but that of the import.
 */
export function handlerWrapper<Options>(Handler: new (options: Options) => ExamHandler, scope: Scope = self): void {
  let handler = new Handler({} as Options);
  scope.addEventListener('message', async ({ data }: Asked) => {
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
    scope.postMessage({ type, error: String(error) }); // something that cannot be sent, such as a Response
  }
}
