import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ClockNotSynchronised } from '#clock';
import { type Outage, outageOf } from '#connections';
import { Refusal } from '#domain';
import { LogNotWritable, UnknownEvent, VersionConflict } from '#event-store';
import { ProviderRefused, UnknownProvider } from '#providers';
import { RosterForbidden, RosterInvalid } from '#roster';
import { Busy, type Priority } from '../admission/admission.js';
import { onSurface } from '../auth/surfaces.js';
import { Writability } from '../health/writability.js';
import { statusOf } from './errors.statuses.js';
import { HttpAnswer, refused } from './http-answer.js';
import { traceparentOf } from './request-ids.js';
import { TookTooLong } from './time-limits.js';

/** Turns every error into an answer. An unexpected error is logged with its stack, and answered without it. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Errors');
  private silentUntil = 0;

  constructor(private readonly writability: Writability) {}

  catch(error: any, host: ArgumentsHost) {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    // The request took too long and is already answered, or the client did not wait for the answer.
    if (reply.sent) return;
    const answer = answerTo(error, request);
    const { status, body, headers } = onSurface(answer, error, request.routeOptions.config.surface);
    // The client has gone. The hooks of the answer still count the request as done and record it.
    if (reply.raw.destroyed) return reply.code(status).headers(headers).send(body);
    this.writability.note(error);
    if (error instanceof Busy) this.reportBusy(error);
    else if (status >= 500) this.report(status, error, request);
    reply.code(status).headers(headers).send(body);
  }

  /** Logs one refusal a minute: under overload, more lines would add to the load. */
  private reportBusy({ message }: Busy) {
    if (performance.now() < this.silentUntil) return;
    this.silentUntil = performance.now() + 60_000;
    this.logger.warn(`${message} They get 503; /metrics counts them.`);
  }

  private report(status: number, error: any, request: FastifyRequest) {
    // Whole numbers only: any other part of a path may be somebody's name or address.
    const params = Object.entries<string>(Object(request.params));
    const ids = params.filter(([name, value]) => name.endsWith('Id') && /^\d{1,15}$/.test(value));
    const line = {
      requestId: request.id,
      traceparent: traceparentOf(request),
      method: request.method,
      route: request.routeOptions.url,
      ...Object.fromEntries(ids),
      callerId: request.user?.userId,
      status,
      message: String(error?.message ?? error),
    };
    if ([LogNotWritable, UnknownEvent, Refusal].some((kind) => error instanceof kind)) this.logger.warn(line);
    else if (error instanceof ProviderRefused)
      this.logger.warn({ ...line, provider: error.provider, providerStatus: error.status });
    else this.logger.error({ ...line, stack: error?.stack });
  }
}

/** This happens during a rolling upgrade. A decision without the newer event could be wrong. */
const tooOld = 'A newer version of this service must answer this. Please try again.';
type RequestParts = Pick<FastifyRequest, 'method' | 'headers'>;

/** The answer to a request that failed with this error. */
export function answerTo(error: any, { method, headers }: RequestParts = { method: 'GET', headers: {} }): HttpAnswer {
  if (error instanceof HttpAnswer) return error;
  if (error instanceof Busy) return busy(error);
  if (error instanceof Refusal) {
    const { code, message, retryAfterSeconds: seconds } = error;
    return refused(statusOf(code), message, seconds === undefined ? {} : { 'Retry-After': String(seconds) });
  }
  if (error instanceof RosterForbidden) return refused(403, error.message);
  if (error instanceof RosterInvalid) return new HttpAnswer(422, { errors: error.errors });
  if (error instanceof ProviderRefused)
    return [503, 504].includes(error.status)
      ? new HttpAnswer(503, { detail: error.message, provider: error.provider }, again)
      : new HttpAnswer(502, { detail: error.message, provider: error.provider });
  if (error instanceof UnknownProvider) return refused(400, error.message);
  if (error instanceof VersionConflict)
    return refused(503, 'Too many changes to the same attempt at once. Please try again.', { 'Retry-After': '1' });
  if (error instanceof UnknownEvent) return refused(503, tooOld, { 'Retry-After': '5' });
  if (error instanceof LogNotWritable) return refused(503, error.message, { 'Retry-After': '5' });
  if (error instanceof ClockNotSynchronised) return refused(503, error.message, { 'Retry-After': '1' });
  if (error instanceof HttpException && error.getStatus() === 415)
    return refused(415, `Unsupported media type "${headers['content-type'] ?? ''}" in request.`);
  if (error instanceof HttpException) return answerToHttpException(error);
  return (
    answerToDatabaseError(error, method) ??
    refused(500, 'An unexpected error happened. It was logged with the request id.')
  );
}

const retryAfter: Record<Priority, number> = { submit: 1, poll: 2, start: 4, list: 8 };

/** The wait is up to doubled at random, so that clients do not all return at once. */
function busy({ priority }: Busy): HttpAnswer {
  const seconds = Math.round(retryAfter[priority] * (1 + Math.random()));
  return refused(503, 'The service is busy. Please try again.', { 'Retry-After': String(seconds) });
}

/** Nest and Fastify refuse these themselves: unknown paths, bodies that are too large, malformed URLs. */
function answerToHttpException(error: HttpException): HttpAnswer {
  const status = error.getStatus();
  if (status === 404) return refused(404, 'Not found.');
  const body: any = error.getResponse();
  return typeof body === 'object' && !('statusCode' in body)
    ? new HttpAnswer(status, body)
    : refused(status, error.message);
}

const readOnly = 'This database server is a standby or read-only: nothing can be written. Please try again.';
const unusable: Record<string, string> = {
  '22021': 'A text has a character that cannot be stored.',
  '22P05': 'A text has a character that cannot be stored.',
  '22003': 'A number is out of range.',
  '22P02': 'A value has the wrong form.',
  '22007': 'A time has the wrong form.',
  '22008': 'A time is out of range.',
  '54000': 'A text is too long.',
};

const again = { 'Retry-After': '5' };
const outageTexts: Record<Outage, string> = {
  away: 'The database cannot be reached. Please try again.',
  busy: 'The database takes too long. Please try again.',
  full: 'The database cannot store anything at the moment. Please try again.',
  silent: 'The database did not answer. Please try again.',
};
const outcomeUnknown =
  'The database did not answer, so it is unknown whether this was done. It is safe to repeat it with the same Idempotency-Key.';

function answerToDatabaseError(error: any, method: string): HttpAnswer | undefined {
  const { code } = error?.driverError ?? error ?? {};
  if (unusable[code]) return refused(400, unusable[code]);
  if (code === '25006') return refused(503, readOnly, again);
  const kind = error instanceof TookTooLong ? 'silent' : outageOf(error);
  if (!kind) return undefined;
  return refused(503, kind === 'silent' && method !== 'GET' ? outcomeUnknown : outageTexts[kind], again);
}
