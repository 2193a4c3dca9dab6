import createClient, { type Middleware } from 'openapi-fetch';
import { currentToken } from '../session/token.js';
import type { components, paths } from './schema.js';

/** A named shape of the OpenAPI document. */
export type Shape<Name extends keyof components['schemas']> = components['schemas'][Name];

/** A request that the service refused, or that did not reach it (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    /** The whole body, for answers that name fields or lines. */
    readonly body?: unknown,
  ) {
    super(detail);
  }
}

/** The headers that say who the user is: a token, else the platform's cookies. Writes with cookies need a CSRF token. */
export async function credentials(method: string): Promise<Record<string, string>> {
  const token = currentToken();
  if (token) return { Authorization: `JWT ${token}` };
  const cookies = { 'USE-JWT-COOKIE': 'true' };
  if (method === 'GET') return cookies;
  const answer = await fetch('/csrf/api/v1/token');
  const { csrfToken } = await answer.json();
  return { ...cookies, 'X-CSRFToken': csrfToken };
}

const authenticated: Middleware = {
  async onRequest({ request }) {
    for (const [name, value] of Object.entries(await credentials(request.method))) request.headers.set(name, value);
    request.headers.set('Accept-Language', document.documentElement.lang);
    return request;
  },
};

/** The HTTP interface of the service, typed by its OpenAPI document: the JSON of routes that answer other types, too. */
export const api = createClient<paths, 'application/json'>({ baseUrl: '/' });
api.use(authenticated);

/** Throws for a request that got no answer. A request that was aborted keeps its error. */
function throwUnanswered(failure: Error): never {
  throw failure.name === 'AbortError' ? failure : new ApiError(0, failure.message);
}

type Answered<Data> = { data?: Data; error?: unknown; response: Response };

/**
 * The data of an answer: `await unwrap(api.GET(…))`.
 * @throws ApiError
 */
export async function unwrap<Data>(request: Promise<Answered<Data>>): Promise<Data> {
  const { data, error, response } = await request.catch(throwUnanswered);
  if (response.ok) return data as Data;
  const { detail } = (error ?? {}) as { detail?: unknown };
  throw new ApiError(response.status, typeof detail === 'string' ? detail : response.statusText, error);
}

/** Fetches what the typed client cannot: files and streams. @throws ApiError */
export async function fetchApi(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { ...(await credentials(init.method ?? 'GET')), ...(init.headers as Record<string, string>) };
  const response = await fetch(path, { ...init, headers }).catch(throwUnanswered);
  if (response.ok) return response;
  const body = await response.json().catch(() => undefined);
  throw new ApiError(response.status, body?.detail ?? response.statusText, body);
}
