import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** `text` is what goes over the wire; the answer must be 200 and hold at least what is `expected`. */
export type Request = { text: string; expected: unknown };

export type Plan = {
  port: number;
  seconds: number;
  connections: number;
  /** Request i goes over connection i % connections, in this order. */
  requests: Request[];
  /** When all are sent: begin again, or stop. */
  repeats: boolean;
};

/** `answers`: the bodies of the first time through, by request. */
export type Report = { requests: number; seconds: number; wrong: string[]; answers: any[] };

/** The client: a process by itself, so that its cost is not taken for a server's. */
export class Load {
  private readonly client = fork(fileURLToPath(new URL('load.client.js', import.meta.url)));
  private readonly ended = once(this.client, 'exit');

  /** Throws when any answer is not as expected. */
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

/** A request as it goes over the wire. */
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
