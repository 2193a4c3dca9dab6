import { config, exchanges } from './messages.js';

// Functions of the browser. With the compiler's DOM library the whole service would have a `window`.
declare const location: { href: string };
declare class Worker {
  constructor(url: string);
  onmessage: (message: { data?: { type?: unknown; error?: unknown } }) => void;
  onerror: (event: { message?: string }) => void;
  postMessage(message: unknown): void;
  terminate(): void;
}

export type ProviderScript = {
  /** The attempt's `desktop_application_js_url`; it may be on another site. */
  url: string;
  /** The attempt's `ping_interval`, in seconds. */
  pingInterval: number;
  /** For the provider's script, before anything else. */
  options?: object;
};

/** The provider's software refused, failed or was silent. The message is for operators; learners need other words. */
export class WorkerFailure extends Error {
  override readonly name = 'WorkerFailure';
}

/** So much longer than the provider's script may take does the page wait for it. */
const bufferMs = 10_000;

/** Talks to a provider's script from the learner's page. Each message gets a worker of its own, as providers are used to. */
export class ExamWorker {
  private readonly intervalMs: number;

  constructor(private readonly script: ProviderScript) {
    this.intervalMs = script.pingInterval * 1000;
  }

  /** Resolves once the provider's software is at work. Throws WorkerFailure, as do the others. */
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

  /** Pings after half an interval, and then every interval, until it is told to end or `failed` says that this was all. */
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

  private async ask(exchange: keyof typeof exchanges, request: object, patienceMs: number): Promise<void> {
    const { asks, done } = exchanges[exchange];
    const { url, options } = this.script;
    // A worker's own script must be of the page's site, what that script imports need not.
    const code = `importScripts(${JSON.stringify(new URL(url, location.href).href)});`;
    const ownScript = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    const worker = new Worker(ownScript);
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const fail = (why: string) => reject(new WorkerFailure(`${asks}: ${why}`));
        worker.onmessage = ({ data }) => (data?.type === done ? resolve() : fail(described(data?.error)));
        worker.onerror = ({ message }) => fail(message || `the script ${url} does not run`);
        timer = setTimeout(() => fail(`no answer in ${patienceMs / 1000} s`), patienceMs);
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
