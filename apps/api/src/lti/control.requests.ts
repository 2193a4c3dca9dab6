import { type ControlAction, controlActions, limits } from '#domain';
import { isObject } from '#shapes';
import { HttpAnswer, refused } from '../http/http-answer.js';
import { DateTime, Integer, Text } from '../requests/fields.js';
import { validated } from '../requests/validated.js';

/** The fields of a request that need no other (edx-exams.md §9). */
export class ControlFields {
  @DateTime({ required: false }) incident_time?: string;
  @Integer({ required: false, most: limits.extraTimeSeconds / 60 }) extra_time?: number;
  @Text({ required: false }) reason_code?: string;
  @Text({ required: false, blank: true, maxLength: limits.text }) reason_msg?: string;
}

export type ControlRequest = {
  sub: string;
  resourceLinkId: string;
  attemptNumber: string;
  action: ControlAction;
  severity: string | null;
  /** The code was sent as a text. A number is another reason, as in edx-exams. */
  isCodeText: boolean;
} & ControlFields;

const missing = (name: string) => new HttpAnswer(400, `ERROR: required parameter '${name}' was not found.`);

const required = (fields: Record<string, unknown>, name: string): unknown => {
  const value = fields[name];
  if (value === undefined || value === null) throw missing(name);
  return value;
};

const objectIn = (fields: Record<string, unknown>, name: string): Record<string, unknown> => {
  const value = required(fields, name);
  if (!isObject(value)) throw refused(400, `${name}: An object is required.`);
  return value;
};

/** A text or a number, as a text. */
const textIn = (fields: Record<string, unknown>, name: string): string => {
  const value = required(fields, name);
  if (typeof value !== 'string' && typeof value !== 'number') throw refused(400, `${name}: Not a valid string.`);
  return String(value);
};

/** Reads a control request. Throws 400 before anything is changed. */
export function readControlRequest(body: unknown, offered: readonly ControlAction[]): ControlRequest {
  if (!isObject(body)) throw refused(400, 'The body must be an object.');
  const [user, link] = [objectIn(body, 'user'), objectIn(body, 'resource_link')];
  const attemptNumber = textIn(body, 'attempt_number');
  const action = required(body, 'action') as ControlAction;
  const [sub, resourceLinkId] = [textIn(user, 'sub'), textIn(link, 'id')];
  if (!controlActions.includes(action) || !offered.includes(action)) throw new HttpAnswer(400);
  if (action === 'terminate')
    for (const name of ['reason_code', 'incident_time', 'incident_severity']) required(body, name);
  const fields = validated(ControlFields, body, 'detail');
  if (fields.extra_time !== undefined) required(body, 'incident_time');
  if (fields.extra_time !== undefined && fields.extra_time < 1)
    throw refused(400, 'extra_time: Ensure this value is greater than or equal to 1.');
  const severity = severityIn(body.incident_severity);
  const isCodeText = typeof body.reason_code === 'string';
  return { ...fields, sub, resourceLinkId, attemptNumber, action, severity, isCodeText };
}

function severityIn(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const isPlain = typeof value === 'number' || (typeof value === 'string' && /^\d(\.\d{1,20})?$/.test(value));
  if (!isPlain || !(Number(value) >= 0 && Number(value) <= 1))
    throw refused(400, 'incident_severity: A number from 0 to 1 is required.');
  return String(value);
}
