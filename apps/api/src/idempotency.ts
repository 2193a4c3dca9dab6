import { createHash } from 'node:crypto';
import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { catchError, from, mergeMap, of, throwError } from 'rxjs';
import { POOL } from '#commands';
import { EventStore } from '#event-store';
import { HttpAnswer } from './http-answer.js';

type Kept = { status: number; body?: any };

/** A key counts for one caller, one method and one address. However long these are, an index can hold their hash. */
export const idempotencyKeyOf = ({ user, headers, method, url }: FastifyRequest): string | undefined =>
  headers['idempotency-key'] === undefined
    ? undefined
    : createHash('sha256').update(`${user?.userId} ${method} ${url} ${headers['idempotency-key']}`).digest('base64url');

/**
 * A repeated `Idempotency-Key` gets the first answer again, to the letter. The command itself keeps its outcome with its
 * events, so that even a crash between the two does nothing twice.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly events: EventStore,
    @Inject(POOL) private readonly pool: pg.Pool,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler) {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = idempotencyKeyOf(request);
    if (key === undefined || request.method === 'GET' || request.method === 'HEAD') return next.handle();
    return from(this.events.firstAnswer(`http ${key}`)).pipe(
      mergeMap((kept) => (kept === undefined ? this.first(key, next) : again(kept as Kept))),
    );
  }

  private first(key: string, next: CallHandler) {
    const keep = (answer: Kept) =>
      this.pool.query('insert into commands (key, answer) values ($1, $2) on conflict do nothing', [
        `http ${key}`,
        JSON.stringify(answer),
      ]);
    return next.handle().pipe(
      mergeMap(async (body) => {
        await keep({ status: 200, body });
        return body;
      }),
      catchError(async (error) => {
        if (error instanceof HttpAnswer && error.status < 300) await keep({ status: error.status, body: error.body });
        throw error;
      }),
    );
  }
}

const again = ({ status, body }: Kept) => (status === 200 ? of(body) : throwError(() => new HttpAnswer(status, body)));
