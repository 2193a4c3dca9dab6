import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Answers 304 to a read whose answer has not changed. The tag is a hash of the whole body. During an exam the remaining time
 * changes the body, so no cache shows an old time (ADR 22). Browsers store only the learner's own polls. Other clients may
 * send the tag themselves.
 */
export async function answerNotModified(
  { method, headers, url, routeOptions }: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
) {
  if (method !== 'GET' || !url.startsWith('/api/') || reply.statusCode !== 200 || typeof payload !== 'string')
    return payload;
  const tag = `"${createHash('sha256').update(payload).digest('base64url').slice(0, 22)}"`;
  const cached = routeOptions.config.priority === 'poll' ? 'private, no-cache' : 'no-store';
  reply.headers({ ETag: tag, 'Cache-Control': cached });
  const known = headers['if-none-match']?.split(',').map((each) => each.trim().replace(/^W\//, ''));
  if (!known?.some((each) => each === tag || each === '*')) return payload;
  reply.code(304).removeHeader('Content-Type').removeHeader('Content-Length');
  return '';
}
