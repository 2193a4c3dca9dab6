import type { Checkpoint } from '#event-store';
import { refused } from '../http/http-answer.js';

const positionPattern = /^(\d{1,9})\.(\d{1,19})\.(\d{1,18})$/;

export const positionText = ({ generation, xid, position }: Checkpoint) => `${generation}.${xid}.${position}`;

/** @throws HttpAnswer */
export function positionIn(text: string | undefined): Checkpoint | undefined {
  if (text === undefined || text === '') return undefined;
  const [, generation, xid, position] = positionPattern.exec(text) ?? [];
  if (!generation || !xid || !position) throw refused(400, 'Last-Event-ID: not a position of this stream.');
  return { generation: Number(generation), xid, position };
}
