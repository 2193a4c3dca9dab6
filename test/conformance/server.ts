import http from 'node:http';
import type { Effect } from './effects.js';
import type { SettingsChange } from './step.js';

/** One side of the comparison. */
export type Server = {
  name: string;
  ask(request: Request): Promise<Answer>;
  /** Writes platform data in the format of the roster. */
  seed(roster: Record<string, unknown[]>): Promise<void>;
  configure(change: SettingsChange): Promise<void>;
  /** Runs an operators' command, which only the service has. The body is its output with `--json`. */
  operate?(command: string[]): Promise<Answer>;
  /** Sends a request to the side's stub of the providers. */
  provider(request: Omit<Request, 'as'>): Promise<Answer>;
  /** The effects since that time of the clock; undefined if nothing collects them. */
  effects(since: number): Promise<Effect[] | undefined>;
  stop?(): Promise<void>;
};

/** The reference's key for cookies. */
export const cookieSecret = 'oracle-not-a-secret';

export type User = {
  id: number;
  username: string;
  email: string;
  full_name: string;
  is_staff?: boolean;
  is_superuser?: boolean;
  is_active?: boolean;
  groups?: string[];
};

export type Request = {
  as?: User;
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
};

export type Answer = {
  status: number;
  /** The content type, if there is one. */
  type?: string;
  allow?: string;
  location?: string;
  cookie?: string;
  frame?: string;
  /** Parsed if it is JSON; undefined if it is empty. */
  body?: unknown;
};

type RawAnswer = { status: number; headers: http.IncomingHttpHeaders; text: string };

const agent = new http.Agent({ keepAlive: true });

/** Sends a request exactly as given: Node changes neither path nor method. The text of an answer to HEAD is empty. */
export function sendAsGiven(
  port: number,
  { method, path, headers = {}, body }: Omit<Request, 'as'>,
): Promise<RawAnswer> {
  const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      agent,
      method,
      path,
      headers: { ...headers, ...length },
      timeout: 60_000,
    };
    const request = http.request(options, async (response) => {
      try {
        const { statusCode: status = 0, headers } = response;
        if (method === 'HEAD') {
          resolve({ status, headers, text: '' });
          response.destroy(); // some servers send a body nevertheless
          return;
        }
        resolve({ status, headers, text: Buffer.concat(await response.toArray()).toString() });
      } catch (error) {
        reject(error);
      }
    });
    request.on('timeout', () => request.destroy(new Error(`${method} ${path}: no answer for a minute`)));
    request.on('error', reject);
    request.end(body);
  });
}

/** The same, with the parts of the answer that the comparison needs. */
export async function send(port: number, request: Omit<Request, 'as'>): Promise<Answer> {
  const { status, headers, text } = await sendAsGiven(port, request);
  const type = headers['content-type'];
  return {
    status,
    type,
    allow: headers.allow,
    location: headers.location,
    cookie: headers['set-cookie']?.find((cookie) => cookie.startsWith('exam=')),
    frame: headers['x-frame-options'] as string | undefined,
    body: text !== '' && type?.startsWith('application/json') ? JSON.parse(text) : text || undefined,
  };
}
