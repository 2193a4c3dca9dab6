import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { type Answer, passedOn, type Request, requestTo } from './exchange.js';

export type ProxyOptions = {
  primary: URL;
  /** Requests below these paths are followed. All others are only passed on. */
  paths: readonly string[];
  /** Called after the client has its answer. */
  follow(request: Request, answer: Answer): void;
  /** Called instead of `follow` for an exchange without a whole answer, or with a body that is too large to keep. */
  drop(request: Pick<Request, 'method' | 'path'>, why: string): void;
};

const mostBytes = 1_000_000;
const timeoutMs = 120_000;

/** Passes requests to the primary and its answers to the clients, as streams. The secondary plays no part in that. */
export const createProxy = (options: ProxyOptions): Server =>
  createServer((incoming, outgoing) => passOn(incoming, outgoing, options));

function passOn(incoming: IncomingMessage, outgoing: ServerResponse, { primary, paths, follow, drop }: ProxyOptions) {
  const begin = performance.now();
  const { method = 'GET', url: path = '/' } = incoming;
  const request = { method, path, headers: passedOn(incoming.headers) };
  const isFollowed = paths.some((prefix) => path.startsWith(prefix));
  const sent = kept(incoming);
  let isDone = !isFollowed;
  const dropOnce = (why: string) => {
    if (!isDone) drop(request, why);
    isDone = true;
  };
  const toPrimary = requestTo(primary, request, timeoutMs);
  toPrimary.on('error', () => {
    dropOnce('the primary did not answer');
    if (outgoing.headersSent) outgoing.destroy();
    else
      outgoing.writeHead(502, { 'content-type': 'application/json' }).end('{"detail": "The service is unreachable."}');
  });
  toPrimary.on('response', (response) => {
    const received = kept(response);
    outgoing.writeHead(response.statusCode!, passedOn(response.headers));
    response.pipe(outgoing);
    response.on('error', () => outgoing.destroy());
    response.on('end', () => {
      const [body, answered] = [sent(), received()];
      if (isDone) return;
      if (!body || !answered) return dropOnce(`a body has more than ${mostBytes} bytes`);
      isDone = true;
      const ms = Math.round(performance.now() - begin);
      follow({ ...request, body }, { status: response.statusCode!, headers: response.headers, body: answered, ms });
    });
  });
  outgoing.on('close', () => {
    if (outgoing.writableFinished) return;
    toPrimary.destroy(); // the client gave up
    dropOnce('the client went away');
  });
  incoming.pipe(toPrimary);
}

/** Keeps what a stream carries. Answers it once it has ended; undefined if it was too large. */
function kept(stream: Readable): () => Buffer | undefined {
  const parts: Buffer[] = [];
  let size = 0;
  stream.on('data', (part: Buffer) => {
    size += part.length;
    if (size <= mostBytes) parts.push(part);
  });
  return () => (size > mostBytes ? undefined : Buffer.concat(parts));
}
