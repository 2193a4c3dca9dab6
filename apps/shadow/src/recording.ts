import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Answer, Headers, Request } from './exchange.js';

/** A line of a recording: a request and the primary's answer. A body is text, or base64 if it is no UTF-8. */
type Recorded = {
  request: { method: string; path: string; headers?: Headers; body?: string; base64?: string };
  answer?: { status: number; headers?: Headers; body?: string; base64?: string; ms?: number };
};

const bodyOf = ({ body = '', base64 }: { body?: string; base64?: string } = {}): Buffer =>
  base64 === undefined ? Buffer.from(body) : Buffer.from(base64, 'base64');

const contentOf = (bytes: Buffer) => {
  const body = bytes.toString('utf8');
  return Buffer.from(body).equals(bytes) ? { body } : { base64: bytes.toString('base64') };
};

export function recordingLine({ body, ...request }: Request, { body: answered, ...answer }: Answer): string {
  const recorded: Recorded = {
    request: { ...request, ...contentOf(body) },
    answer: { ...answer, ...contentOf(answered) },
  };
  return `${JSON.stringify(recorded)}\n`;
}

/** The exchanges of a recording, in order. @throws Error that names a line that is none */
export async function* readRecording(file: string): AsyncGenerator<{ request: Request; answer?: Answer }> {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    number++;
    if (line.trim() === '') continue;
    const { request, answer } = parsed(line, `${file}, line ${number}`);
    yield {
      request: { headers: {}, ...request, body: bodyOf(request) },
      answer: answer && { headers: {}, ms: 0, ...answer, body: bodyOf(answer) },
    };
  }
}

function parsed(line: string, place: string): Recorded {
  try {
    const recorded = JSON.parse(line);
    if (typeof recorded.request?.method === 'string' && typeof recorded.request.path === 'string') return recorded;
  } catch {
    // refused below
  }
  throw new Error(`${place} is not {"request": {"method", "path", …}, "answer": …}.`);
}
