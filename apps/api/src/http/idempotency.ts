import { createHash } from 'node:crypto';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { firstValueFrom, from } from 'rxjs';
import { claimKey, endClaim, keepAnswer, releaseKey } from '#commands';
import { Database } from '#connections';
import { answerTo } from './errors.filter.js';
import { HttpAnswer, refused } from './http-answer.js';

type KeptAnswer = { status: number; body?: unknown };

type Hashes = { key: string; fingerprint: string };

const longestKept = 1024 * 1024;

const hashOf = (...parts: (string | Buffer)[]): string => {
  const hash = createHash('sha256');
  // The length of each part is hashed, too, so that a part of the key cannot pass for a part of the path.
  for (const part of parts) hash.update(`${Buffer.byteLength(part)} `).update(part);
  return hash.digest('base64url');
};

/**
 * Hashes of the caller's key, and of the request: method, path with query, and bytes of the body. Undefined for callers
 * without an identity, because they would share their keys.
 */
const hashesOf = ({ user, headers, method, url, bytes = Buffer.alloc(0) }: FastifyRequest) => {
  const given = headers['idempotency-key'];
  if (given === undefined || user === undefined || method === 'GET' || method === 'HEAD') return undefined;
  const ownKey = [String(user.userId), String(given)];
  return { key: hashOf(...ownKey), fingerprint: hashOf(...ownKey, method, url, bytes) };
};

/** The key under which a command of this request stores its outcome with its events. */
export const commandKeyOf = (request: FastifyRequest): string | undefined => hashesOf(request)?.fingerprint;

/**
 * Answers a repeated `Idempotency-Key` with exactly the first answer, and refuses it for another request. A command stores
 * its outcome with its events, so that after a crash before the answer is kept nothing is done twice.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly database: Database) {}

  intercept(context: ExecutionContext, next: CallHandler) {
    const http = context.switchToHttp();
    const hashes = hashesOf(http.getRequest<FastifyRequest>());
    return hashes === undefined ? next.handle() : from(this.once(hashes, next, http.getResponse<FastifyReply>()));
  }

  private async once({ key, fingerprint }: Hashes, next: CallHandler, reply: FastifyReply): Promise<unknown> {
    const claim = await claimKey(this.database, key, fingerprint);
    if (claim.state === 'other request')
      throw refused(422, 'This Idempotency-Key was used before with another method, path or body.');
    if (claim.state === 'running')
      throw refused(409, 'A request with this Idempotency-Key is running. Please try again.', { 'Retry-After': '1' });
    if (claim.state === 'answered') return again(claim.answer as KeptAnswer, reply);
    const keep = (answer: KeptAnswer) => keepAnswer(this.database, key, fingerprint, asText(answer));
    try {
      const body = await firstValueFrom(next.handle(), { defaultValue: undefined });
      await keep({ status: reply.statusCode === 201 ? 200 : reply.statusCode, body });
      return body;
    } catch (error) {
      const end = answerTo(error).status < 500 ? releaseKey : endClaim;
      await end(this.database, key, claim.until).catch(() => {}); // the claim then expires
      throw error;
    }
  }
}

function asText(answer: KeptAnswer): string {
  const text = JSON.stringify(answer);
  if (text.length <= longestKept) return text;
  const detail = 'This request was done. Its answer is too large to be given a second time.';
  return JSON.stringify({ status: 422, body: { detail } } satisfies KeptAnswer);
}

function again({ status, body }: KeptAnswer, reply: FastifyReply): unknown {
  if (status >= 400) throw new HttpAnswer(status, body as object);
  reply.code(status);
  return body;
}
