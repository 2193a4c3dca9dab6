import http from 'node:http';
import https from 'node:https';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

export type Headers = { [name: string]: string | string[] | undefined };
export type Request = { method: string; path: string; headers: Headers; body: Buffer };
export type Answer = { status: number; headers: Headers; body: Buffer; ms: number };

/** These headers belong to one connection and are not passed on. */
const ofConnection = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

export const passedOn = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !ofConnection.includes(name)));

const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };

/** A request to the same path at another service. The client's Host header stays, so that links have the same host. */
export function requestTo(base: URL, { method, path, headers }: Omit<Request, 'body'>, timeout: number) {
  const { protocol, hostname, port } = base;
  const agent = agents[protocol as keyof typeof agents];
  const options = { hostname: hostname.replace(/^\[|\]$/g, ''), port, method, path, headers, agent, timeout };
  const request = protocol === 'https:' ? https.request({ ...options, servername: hostname }) : http.request(options);
  return request.on('timeout', () => request.destroy(new Error(`no answer within ${timeout / 1000} s`)));
}

/** Sends a request and reads the whole answer. */
export function send(base: URL, request: Request, timeout: number): Promise<Answer> {
  const begin = performance.now();
  const headers = { ...passedOn(request.headers), 'accept-encoding': 'identity' };
  return new Promise((resolve, reject) => {
    const sent = requestTo(base, { ...request, headers }, timeout).on('error', reject);
    sent.on('response', async (response) => {
      try {
        const body = Buffer.concat(await response.toArray());
        const ms = Math.round(performance.now() - begin);
        resolve({ status: response.statusCode!, headers: response.headers, body, ms });
      } catch (error) {
        reject(error);
      }
    });
    sent.end(request.body);
  });
}

/** The text of a body. A client may have asked the primary for a compressed one. */
export function textOf({ headers, body }: Pick<Answer, 'headers' | 'body'>): string {
  const decode = { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync }[
    String(headers['content-encoding'] ?? '')
  ];
  return (decode && body.length > 0 ? decode(body) : body).toString('utf8');
}
