import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Origin } from '#domain';
import { commandKeyOf } from '../http/idempotency.js';

/** The caller, and the key under which the command's outcome is kept, if the request has one. */
export const originOf = (request: FastifyRequest): Origin => {
  const key = commandKeyOf(request);
  return { actor: { kind: 'user', userId: request.user!.userId }, ...(key === undefined ? {} : { key }) };
};

export const CurrentOrigin = createParamDecorator((_: unknown, context: ExecutionContext) =>
  originOf(context.switchToHttp().getRequest()),
);
