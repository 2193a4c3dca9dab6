// Types of the browser.
declare const document: { cookie: string };

/** PUT attempt/{id}. Answers the attempt's id, or false if the action had no effect. Throws if it is refused. */
export type PutAction = (attemptId: number, action: string, detail?: string) => Promise<number | false>;

/** For pages on the service's own site. Open edX's cookies log the learner in. */
export const putAction: PutAction = async (attemptId, action, detail) => {
  const url = `/api/edx_proctoring/v1/proctored_exam/attempt/${attemptId}`;
  return (await send('PUT', url, { action, detail })).exam_attempt_id ?? false;
};

let token: string | undefined;

/** From now on requests carry this token. Without it Open edX's cookies log the learner in. */
export const logInWith = (given: string): void => {
  token = given;
};

/** The headers that say who the learner is. */
export function credentials(): Record<string, string> {
  if (token !== undefined) return { Authorization: `JWT ${token}` };
  const [, csrfToken = ''] = /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie) ?? [];
  return { 'USE-JWT-COOKIE': 'true', 'X-CSRFToken': csrfToken };
}

/** These actions may be repeated, and a learner's work depends on them. They are sent until they are answered. */
const urgent = ['submit', 'stop'];
const maxTries = 5;
/** The service is busy or stopped, and has changed nothing. */
const busy = [429, 503];
/** No answer came, or a proxy timed out. The service may have done the request. */
const unanswered = [0, 502, 504];
const maxPauseMs = 30_000;

/**
 * Answers the JSON, and throws if the request is refused. If the service is busy, it tries again after the time of
 * Retry-After. Reads, stops and submits are also repeated if the answer is lost.
 */
export async function send(method: string, url: string, body?: Record<string, unknown>): Promise<any> {
  const isUrgent = urgent.includes(String(body?.action));
  const isRepeatable = isUrgent || method === 'GET';
  for (let tries = 1; ; tries++) {
    const { status, retryAfter, json, problem } = await exchange(method, url, body);
    if (status >= 200 && status < 300) return json;
    const mayRetry = busy.includes(status) || (isRepeatable && unanswered.includes(status));
    if (!mayRetry || (tries === maxTries && !isUrgent)) throw new Error(`${method} ${url}: ${problem}`);
    const pauseMs = retryAfter > 0 ? retryAfter * 1000 : Math.min(maxPauseMs, 500 * 2 ** tries);
    // A random pause, so that a room full of learners does not send all requests at once.
    await new Promise((resolve) => setTimeout(resolve, pauseMs * (1 + Math.random() / 2)));
  }
}

/** One request. Status 0: there was no answer. */
async function exchange(method: string, url: string, body?: object) {
  const headers = { 'Content-Type': 'application/json', ...credentials() };
  try {
    const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
    const { status, ok } = answer;
    const json: any = await answer.json().catch(() => ({}));
    const problem = ok ? '' : `HTTP ${status} ${json.detail ?? ''}`;
    return { status, retryAfter: Number(answer.headers.get('Retry-After') ?? 0), json, problem };
  } catch (error) {
    return { status: 0, retryAfter: 0, problem: String(error) };
  }
}
