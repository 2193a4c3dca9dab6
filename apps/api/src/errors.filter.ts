import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ClockNotSynchronised } from '#clock';
import { Refusal } from '#domain';
import { LogNotWritable, UnknownEvent, VersionConflict } from '#event-store';
import { RosterInvalid } from '#platform';
import { ProviderRefused, UnknownProvider } from '#providers';
import { Busy, type Priority } from './admission/admission.js';
import { statusOf } from './errors.statuses.js';
import { HttpAnswer, refused } from './http-answer.js';
import { traceparentOf } from './request-ids.js';

/** The one place where an error becomes an answer. What nobody expected is logged with its stack, and told without. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Errors');
  private silentUntil = 0;

  catch(error: any, host: ArgumentsHost) {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { status, body, headers } = answerTo(error, request.headers['content-type']);
    if (error instanceof Busy) this.reportBusy(error);
    else if (status >= 500) this.report(status, error, request);
    reply.code(status).headers(headers).send(body);
  }

  /** Not every refusal: under overload the log would be part of the load. */
  private reportBusy({ message }: Busy) {
    if (performance.now() < this.silentUntil) return;
    this.silentUntil = performance.now() + 60_000;
    this.logger.warn(`${message} They get 503; /metrics counts them.`);
  }

  private report(status: number, error: any, request: FastifyRequest) {
    // Ids only: a search text may be somebody's address.
    const ids = Object.entries(Object(request.params)).filter(([name]) => name.endsWith('Id'));
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
    if (error instanceof LogNotWritable || error instanceof UnknownEvent) this.logger.warn(line);
    else if (error instanceof ProviderRefused)
      this.logger.warn({ ...line, provider: error.provider, providerStatus: error.status });
    else this.logger.error({ ...line, stack: error?.stack });
  }
}

/** During a rolling upgrade: a decision without the newer event could be wrong. */
const tooOld = 'A newer version of this service must answer this. Please try again.';

/** The answer that an error becomes. */
export function answerTo(error: any, contentType = ''): HttpAnswer {
  if (error instanceof HttpAnswer) return error;
  if (error instanceof Busy) return busy(error);
  if (error instanceof Refusal) return refused(statusOf(error.code), error.message);
  if (error instanceof RosterInvalid) return new HttpAnswer(422, { errors: error.errors });
  if (error instanceof ProviderRefused)
    return new HttpAnswer([503, 504].includes(error.status) ? 503 : 502, {
      detail: error.message,
      provider: error.provider,
    });
  if (error instanceof UnknownProvider) return refused(400, error.message);
  if (error instanceof VersionConflict)
    return refused(503, 'Too many changes to the same attempt at once. Please try again.', { 'Retry-After': '1' });
  if (error instanceof UnknownEvent) return refused(503, tooOld, { 'Retry-After': '5' });
  if (error instanceof LogNotWritable) return refused(503, error.message, { 'Retry-After': '5' });
  if (error instanceof ClockNotSynchronised) return refused(503, error.message, { 'Retry-After': '1' });
  if (error instanceof HttpException && error.getStatus() === 415)
    return refused(415, `Unsupported media type "${contentType}" in request.`);
  if (error instanceof HttpException) return answerToHttpException(error);
  return (
    answerToDatabaseError(error) ?? refused(500, 'An unexpected error happened. It was logged with the request id.')
  );
}

const retryAfter: Record<Priority, number> = { submit: 1, poll: 2, start: 4, list: 8 };

/** Clients are asked to wait between one and two times so many seconds, so that they do not all come back at once. */
function busy({ priority }: Busy): HttpAnswer {
  const seconds = Math.round(retryAfter[priority] * (1 + Math.random()));
  return refused(503, 'The service is busy. Please try again.', { 'Retry-After': String(seconds) });
}

/** What Nest and Fastify refuse themselves: unknown paths, bodies that are too large, malformed URLs. */
function answerToHttpException(error: HttpException): HttpAnswer {
  const status = error.getStatus();
  if (status === 404) return refused(404, 'Not found.');
  const body: any = error.getResponse();
  return typeof body === 'object' && !('statusCode' in body)
    ? new HttpAnswer(status, body)
    : refused(status, error.message);
}

const unreachable =
  /^(08...|57P0[1-3]|53300|25006|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|EPIPE)$/;
const unusable: Record<string, string> = {
  '22021': 'A text has a character that cannot be stored.',
  '22P05': 'A text has a character that cannot be stored.',
  '22003': 'A number is out of range.',
  '22P02': 'A value has the wrong form.',
  '22007': 'A time has the wrong form.',
  '22008': 'A time is out of range.',
  '54000': 'A text is too long.',
};

function answerToDatabaseError(error: any): HttpAnswer | undefined {
  const { code, message = '' } = error?.driverError ?? error ?? {};
  if (unusable[code]) return refused(400, unusable[code]);
  if (unreachable.test(code) || /^(Connection terminated|timeout e?xceeded when trying to connect)/.test(message))
    return refused(503, 'The database cannot be reached. Please try again.', { 'Retry-After': '5' });
  return undefined;
}
