import { compareAnswers, type Difference } from './comparison.js';
import { type Answer, type Request, send } from './exchange.js';
import { IdMap } from './id-map.js';

/** A line of the report. */
export type Line = {
  method: string;
  path: string;
  /** When the primary answered, as its Date header says. */
  at?: string;
  same: boolean;
  differences?: Difference[];
  /** The secondary did not answer, or did not get the request. */
  error?: string;
  primaryMs?: number;
  secondaryMs?: number;
};

export type SecondaryOptions = { timeoutMs: number; toleranceSeconds: number; maxWaitingBytes: number };

export const defaults: SecondaryOptions = { timeoutMs: 10_000, toleranceSeconds: 5, maxWaitingBytes: 100_000_000 };

/** Sends each exchange of the primary to the secondary, one after the other in the same order, and reports differences. */
export class Secondary {
  readonly counts = { same: 0, different: 0, dropped: 0 };
  private readonly ids = new IdMap();
  private waitingBytes = 0;
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly base: URL,
    private readonly report: (line: Line) => void,
    private readonly options: SecondaryOptions = defaults,
  ) {}

  /** Returns at once. When too much waits, this exchange is only reported. */
  follow(request: Request, answer: Answer): void {
    const bytes = 1000 + request.body.length + answer.body.length;
    if (this.waitingBytes + bytes > this.options.maxWaitingBytes) {
      this.drop(request, 'too many requests wait for the secondary');
      return;
    }
    this.waitingBytes += bytes;
    this.last = this.last.then(async () => {
      await this.repeat(request, answer);
      this.waitingBytes -= bytes;
    });
  }

  drop({ method, path }: Pick<Request, 'method' | 'path'>, error: string): void {
    this.counts.dropped++;
    this.report({ method, path, same: false, error });
  }

  /** Waits until the secondary has all exchanges. */
  drained(): Promise<void> {
    return this.last;
  }

  private async repeat(request: Request, primary: Answer): Promise<void> {
    const { method, path } = request;
    const about = { method, path, at: primary.headers.date as string | undefined, primaryMs: primary.ms };
    try {
      const secondary = await send(this.base, this.translated(request), this.options.timeoutMs);
      const isCreation = ['POST', 'PUT', 'PATCH'].includes(method);
      const { toleranceSeconds } = this.options;
      const differences = compareAnswers(primary, secondary, { ids: this.ids, isCreation, toleranceSeconds });
      this.count({ ...about, same: differences.length === 0, differences, secondaryMs: secondary.ms });
    } catch (error) {
      this.count({ ...about, same: false, error: (error as Error).message });
    }
  }

  private count(line: Line) {
    this.counts[line.same ? 'same' : 'different']++;
    this.report(line.same ? { ...line, differences: undefined } : line);
  }

  private translated({ method, path, headers, body }: Request): Request {
    const content = this.translatedBody(headers['content-type'], body);
    const length = content.length > 0 ? { 'content-length': String(content.length) } : {};
    return { method, path: this.ids.translatePath(path), headers: { ...headers, ...length }, body: content };
  }

  private translatedBody(type: string | string[] | undefined, body: Buffer): Buffer {
    if (!String(type).startsWith('application/json')) return body;
    try {
      return Buffer.from(JSON.stringify(this.ids.translateJson(JSON.parse(body.toString('utf8')))));
    } catch {
      return body;
    }
  }
}
