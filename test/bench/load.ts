import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** `text` is the HTTP request. The answer must have status 200 and contain `expected`. */
export type Request = { text: string; expected: unknown };

export type Plan = {
  port: number;
  seconds: number;
  connections: number;
  /** Request i goes over connection i % connections, in this order. */
  requests: Request[];
  /** After the last request: begin again, or stop. */
  repeats: boolean;
};

/** `answers`: the body of the first answer to each request. */
export type Report = { requests: number; seconds: number; wrong: string[]; answers: any[] };

/** The client is a separate process, so that its CPU time does not count as a server's. */
export class Load {
  private readonly client = fork(fileURLToPath(new URL('load.client.js', import.meta.url)));
  private readonly ended = once(this.client, 'exit');

  /** Throws if any answer is not as expected. */
  async put(plan: Plan): Promise<Report> {
    this.client.send(plan);
    const [report] = (await Promise.race([once(this.client, 'message'), this.ended])) as [Report | number];
    if (typeof report !== 'object' || report === null) throw new Error('The client of the benchmark ended.');
    if (report.wrong.length > 0 || report.requests === 0)
      throw new Error(`${report.wrong.length} of ${report.requests} answers are wrong, such as:\n${report.wrong[0]}`);
    return report;
  }

  stop() {
    this.client.kill();
  }
}

/** The text of an HTTP request. */
export function requestText(method: string, path: string, headers: Record<string, string>, body?: unknown): string {
  const json = body === undefined ? '' : JSON.stringify(body);
  const all = {
    Host: '127.0.0.1',
    Accept: 'application/json',
    ...headers,
    ...(body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(json) }),
  };
  return `${method} ${path} HTTP/1.1\r\n${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n${json}`;
}
