import { fetchWhole } from '#connections';
import { ProviderRefused } from './provider.js';
import { traceHeaders } from './trace-headers.js';

/** `body` is null where it was empty, and undefined where it was no JSON. */
export type RestAnswer = { status: number; body?: unknown };
/** `late` hears of an answer that comes when the time is over. */
type Request = { json?: unknown; language?: string; late?: (answer: RestAnswer) => void };

export type RestClientOptions = {
  name: string;
  verboseName: string;
  baseUrl: string;
  clientId: string;
  clientSecret: string;
  /** How long a call may take, its token included, in milliseconds. */
  timeoutMs: number;
};

const userAgent = 'exam-proctoring';
/** How long we keep listening for a late answer, in order to undo it. */
const lateMs = 60_000;
/** A token is renewed this long before it expires. */
const marginMs = 5_000;

/** Calls of a provider's REST API (domain.md §10.2): JSON both ways, OAuth2 client credentials, in bounded time. */
export class RestClient {
  private token?: Promise<string>;
  private expiresAt = Number.POSITIVE_INFINITY;

  constructor(private readonly options: RestClientOptions) {}

  /** @throws ProviderRefused 504 when there is no answer in time, 503 when there is nobody, 502 when there is no token */
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

  /** Nothing is sent any more when the time is over. */
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
    // The provider took it back before its time; another call may have noticed already.
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

  /** Calls that come together share one token. */
  private currentToken(signal: AbortSignal): Promise<string> {
    if (this.token && this.expiresAt - marginMs > performance.now()) return this.token;
    const asked = this.newToken(signal);
    this.token = asked;
    this.expiresAt = Number.POSITIVE_INFINITY;
    asked.catch(() => {
      if (this.token === asked) this.token = undefined;
    });
    return asked;
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

/** Null where there is nothing, undefined where it is no JSON. */
export const parsed = (text: string): unknown => {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
};
