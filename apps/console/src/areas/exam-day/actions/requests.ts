import { api, type Shape, unwrap } from '../../../api/client.js';

export type Answer = Shape<'AttemptActionAnswer'>;
export type Result = Shape<'AttemptActionResult'>;
/** The attempts that an action is about. */
export type Target = Pick<Shape<'AttemptActionRequest'>, 'attempt_ids' | 'exam_id' | 'whole_course'>;
export type Request = Shape<'ExtraTimeRequest'> | Shape<'MessageRequest'> | Shape<'AttemptActionRequest'>;
export type ActionName = 'extra_time' | 'outage' | 'pause' | 'end_pause' | 'message' | 'submit' | 'error';

/** It ends attempts, and that cannot be undone. */
export const isDangerous = (name: ActionName) => name === 'submit' || name === 'error';

const root = '/api/exams/v1/courses/{courseId}/running-attempts';

/** Sends an action. A repeated `key` does nothing twice. */
export function send(name: ActionName, courseId: string, body: Request, key?: string): Promise<Answer> {
  const headers = key === undefined ? {} : { 'Idempotency-Key': key };
  const given = { params: { path: { courseId } }, headers };
  switch (name) {
    case 'extra_time':
    case 'outage':
      return unwrap(api.POST(`${root}/extra-time`, { ...given, body: body as Shape<'ExtraTimeRequest'> }));
    case 'message':
      return unwrap(api.POST(`${root}/message`, { ...given, body: body as Shape<'MessageRequest'> }));
    case 'pause':
      return unwrap(api.POST(`${root}/pause`, { ...given, body }));
    case 'end_pause':
      return unwrap(api.POST(`${root}/end-pause`, { ...given, body }));
    case 'submit':
      return unwrap(api.POST(`${root}/submit`, { ...given, body }));
    case 'error':
      return unwrap(api.POST(`${root}/error`, { ...given, body }));
  }
}

const changedIds = ({ attempts }: Answer) => attempts.filter(({ changed }) => changed).map((each) => each.attempt_id);

/** Undoes what an answer says was done; undefined if that cannot be undone. */
export function undoOf(name: ActionName, courseId: string, answer: Answer): (() => Promise<Answer>) | undefined {
  const attempt_ids = changedIds(answer);
  if (attempt_ids.length === 0) return undefined;
  const { grant_id } = answer;
  if (grant_id !== null)
    return () =>
      unwrap(
        api.POST(`${root}/extra-time/take-back`, { params: { path: { courseId } }, body: { attempt_ids, grant_id } }),
      );
  return name === 'pause' ? () => send('end_pause', courseId, { attempt_ids }) : undefined;
}

/** A new Idempotency-Key. `crypto.randomUUID` is missing on pages without TLS. */
export const newKey = () => crypto.getRandomValues(new Uint32Array(4)).join('-');
