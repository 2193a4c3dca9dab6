import { config, exchanges } from './messages.js';

// Types of the browser. The compiler's DOM library would declare `window` in the whole service.
declare const location: { href: string };
declare class Worker {
  constructor(url: string);
  onmessage: (message: { data?: { type?: unknown; error?: unknown } }) => void;
  onerror: (event: { message?: string }) => void;
  postMessage(message: unknown): void;
  terminate(): void;
}

export type ProviderScript = {
  /** The attempt's `desktop_application_js_url`, possibly on another site. */
  url: string;
  /** The attempt's `ping_interval`, in seconds. */
  pingInterval: number;
  /** The script gets these options before any request. */
  options?: object;
};

/** The provider's software refused, failed or did not answer. The message is for operators, not for learners. */
export class WorkerFailure extends Error {
  override readonly name = 'WorkerFailure';
}

/** The page waits this much longer than the time limit of the provider's script. */
const bufferMs = 10_000;

/** Sends requests from the learner's page to a provider's script. As in the reference, each request gets its own worker. */
export class ExamWorker {
  private readonly intervalMs: number;

  constructor(private readonly script: ProviderScript) {
    this.intervalMs = script.pingInterval * 1000;
  }

  /** Resolves when the provider's software has started. All three functions throw WorkerFailure. */
  start(attemptExternalId: string): Promise<void> {
    return this.ask('start', { attemptExternalId, timeout: this.intervalMs }, this.intervalMs + bufferMs);
  }

  end(attemptExternalId: string): Promise<void> {
    return this.ask('end', { attemptExternalId }, this.intervalMs + bufferMs);
  }

  ping(attemptExternalId: string): Promise<void> {
    const timeout = Math.max(this.intervalMs - bufferMs, this.intervalMs / 2);
    return this.ask('ping', { attemptExternalId, timeout }, this.intervalMs);
  }

  /** Pings after half an interval, and then every interval, until `end` is aborted or `failed` answers true. */
  async keepPinging(
    attemptExternalId: string,
    failed: (failure: WorkerFailure) => Promise<boolean>,
    end: AbortSignal,
  ): Promise<void> {
    await pause(this.intervalMs / 2, end);
    while (!end.aborted) {
      const next = pause(this.intervalMs, end);
      const failure = await this.ping(attemptExternalId).catch((error) => error as WorkerFailure);
      if (failure && !end.aborted && (await failed(failure))) return;
      await next;
    }
  }

  private async ask(exchange: keyof typeof exchanges, request: object, timeoutMs: number): Promise<void> {
    const { asks, done } = exchanges[exchange];
    const { url, options } = this.script;
    // A worker's script must come from the page's site, but it may import scripts from other sites.
    const code = `importScripts(${JSON.stringify(new URL(url, location.href).href)});`;
    const ownScript = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    const worker = new Worker(ownScript);
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const fail = (why: string) => reject(new WorkerFailure(`${asks}: ${why}`));
        worker.onmessage = ({ data }) => (data?.type === done ? resolve() : fail(described(data?.error)));
        worker.onerror = ({ message }) => fail(message || `the script ${url} does not run`);
        timer = setTimeout(() => fail(`no answer in ${timeoutMs / 1000} s`), timeoutMs);
        if (options) worker.postMessage({ type: config, options });
        worker.postMessage({ type: asks, ...request });
      });
    } finally {
      clearTimeout(timer);
      worker.terminate();
      URL.revokeObjectURL(ownScript);
    }
  }
}

function described(error: unknown): string {
  if (error instanceof Error) return error.message;
  return (typeof error === 'string' ? error : JSON.stringify(error)) || 'refused, without a reason';
}

const pause = (ms: number, end: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (end.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    end.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
