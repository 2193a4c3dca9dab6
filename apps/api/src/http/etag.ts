import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * A read with an unchanged answer is answered 304. The tag is that of the whole body: while an exam runs its
 * remaining time changes, so that no cache ever shows a learner an old one (ADR 22). Browsers store nothing but the
 * learner's own polls; other clients may send the tag themselves.
 */
export async function answerUnchanged(
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
