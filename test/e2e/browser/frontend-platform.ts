// A replacement for the part of `@edx/frontend-platform` that the special exams use: the addresses of the services, a log, and
// an HTTP client that logs in with the cookies of Open edX.
declare const location: { origin: string };

export const logged: unknown[][] = [];

/** A page may define `examsBaseUrl`. Without it the front end sends all calls to the LMS. */
export const getConfig = () => ({
  LMS_BASE_URL: location.origin,
  EXAMS_BASE_URL: (globalThis as { examsBaseUrl?: string }).examsBaseUrl ?? null,
});
export const logError = (...what: unknown[]) => void logged.push(what);

async function ask(method: string, url: string, body?: object): Promise<{ data: any }> {
  const headers: Record<string, string> = { 'Content-Type': 'application/json', 'USE-JWT-COOKIE': 'true' };
  if (method !== 'GET')
    headers['X-CSRFToken'] = (await ask('GET', new URL('/csrf/api/v1/token', url).href)).data.csrfToken;
  const answer = await fetch(url, { method, headers, credentials: 'include', body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${url}: HTTP ${answer.status} ${await answer.text()}`);
  return { data: await answer.json() };
}
export const getAuthenticatedHttpClient = () => ({
  get: (url: string) => ask('GET', url),
  post: (url: string, body: object) => ask('POST', url, body),
  put: (url: string, body: object) => ask('PUT', url, body),
});
