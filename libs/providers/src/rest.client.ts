import { fetchWhole } from '#connections';
import { ProviderRefused } from './provider.js';
import { traceHeaders } from './trace-headers.js';

/** `body` is null if it was empty, and undefined if it was no JSON. */
export type RestAnswer = { status: number; body?: unknown };
/** `late` gets an answer that comes after the time limit. */
type Request = { json?: unknown; language?: string; late?: (answer: RestAnswer) => void };

export type RestClientOptions = {
  name: string;
  verboseName: string;
  baseUrl: string;
  clientId: string;
  clientSecret: string;
  /** The time limit of a call, including the request for a token, in milliseconds. */
  timeoutMs: number;
};

const userAgent = 'exam-proctoring';
/** How long we keep listening for a late answer, in order to undo it. */
const lateMs = 60_000;
/** A token is renewed this long before it expires. */
const marginMs = 5_000;

/** Calls a provider's REST API (domain.md §10.2) with JSON, OAuth2 client credentials and a time limit. */
export class RestClient {
  private token?: Promise<string>;
  private expiresAt = Number.POSITIVE_INFINITY;

  constructor(private readonly options: RestClientOptions) {}

  /** @throws ProviderRefused 504 if there is no answer in time, 503 if the provider is unreachable, 502 if it gives no token */
  async call(method: string, path: string, request: Request = {}): Promise<RestAnswer> {
    const inTime = AbortSignal.timeout(this.options.timeoutMs);
    const { late } = request;
    if (!late) return this.exchange(method, path, request, inTime, inTime);
    const answer = this.exchange(method, path, request, inTime, AbortSignal.timeout(lateMs));
    const isOver = new Promise<never>((_, reject) => {
      inTime.addEventListener('abort', () => reject(this.noAnswer(504)));
    });
    return Promise.race([answer, isOver]).catch((error) => {
      if (inTime.aborted) answer.then(late).catch(() => {});
      throw error;
    });
  }

  /** After the time limit nothing more is sent. */
  private async exchange(
    method: string,
    path: string,
    request: Request,
    inTime: AbortSignal,
    signal: AbortSignal,
  ): Promise<RestAnswer> {
    const token = this.currentToken(inTime);
    const answer = await this.send(method, path, request, await token, signal);
    if (answer.status !== 401) return answer;
    // The provider revoked the token. Another call may have noticed that, too.
    if (this.token === token) this.token = undefined;
    return this.send(method, path, request, await this.currentToken(inTime), signal);
  }

  private send(method: string, path: string, { json, language }: Request, token: string, signal: AbortSignal) {
    return this.fetch(path, signal, {
      method,
      headers: {
        Authorization: `JWT ${token}`,
        ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(language === undefined ? {} : { 'Accept-Language': language }),
      },
      body: json === undefined ? undefined : JSON.stringify(json),
    });
  }

  /** Concurrent calls share one token. */
  private currentToken(signal: AbortSignal): Promise<string> {
    if (this.token && this.expiresAt - marginMs > performance.now()) return this.token;
    const token = this.newToken(signal);
    this.token = token;
    this.expiresAt = Number.POSITIVE_INFINITY;
    token.catch(() => {
      if (this.token === token) this.token = undefined;
    });
    return token;
  }

  private async newToken(signal: AbortSignal): Promise<string> {
    const { clientId, clientSecret, name, verboseName } = this.options;
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      token_type: 'jwt',
    });
    const answer = await this.fetch('/oauth2/access_token', signal, { method: 'POST', body });
    const { access_token: text, expires_in: seconds } = Object(answer.body);
    if (!isSuccess(answer.status) || typeof text !== 'string' || !Number.isFinite(Number(seconds)))
      throw new ProviderRefused(name, answer.status === 503 ? 503 : 502, `${verboseName} gives no access token.`);
    this.expiresAt = performance.now() + Number(seconds) * 1000;
    return text;
  }

  private async fetch(path: string, signal: AbortSignal, init: RequestInit): Promise<RestAnswer> {
    const { baseUrl } = this.options;
    try {
      const headers = { 'User-Agent': userAgent, ...traceHeaders.getStore(), ...init.headers };
      const response = await fetchWhole(`${baseUrl}${path}`, { ...init, headers, signal });
      return { status: response.status, body: parsed(await response.text()) };
    } catch {
      throw this.noAnswer(signal.aborted ? 504 : 503);
    }
  }

  private noAnswer(status: number) {
    return new ProviderRefused(this.options.name, status, `${this.options.verboseName} does not answer.`);
  }
}

export const isSuccess = (status: number) => status >= 200 && status < 300;

/** Null for an empty text, undefined if it is no JSON. */
export const parsed = (text: string): unknown => {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
};
