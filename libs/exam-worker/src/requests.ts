// Of the browser.
declare const document: { cookie: string };

/** PUT attempt/{id}. Answers the attempt that it is about, or false where it was of no effect; throws where it is refused. */
export type PutAction = (attemptId: number, action: string, detail?: string) => Promise<number | false>;

/** For pages on the service's own site, whose learners Open edX's cookies log in. */
export const putAction: PutAction = async (attemptId, action, detail) => {
  const url = `/api/edx_proctoring/v1/proctored_exam/attempt/${attemptId}`;
  return (await send('PUT', url, { action, detail })).exam_attempt_id ?? false;
};

/** Answers the JSON; throws where the request is refused. */
export async function send(method: string, url: string, body?: object): Promise<any> {
  const [, csrfToken = ''] = /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie) ?? [];
  const headers = { 'Content-Type': 'application/json', 'USE-JWT-COOKIE': 'true', 'X-CSRFToken': csrfToken };
  const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  const json: any = await answer.json().catch(() => ({}));
  if (answer.ok) return json;
  throw new Error(`${method} ${url}: HTTP ${answer.status} ${json.detail ?? ''}`);
}
