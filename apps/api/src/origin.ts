import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Origin } from '#domain';
import { commandKeyOf } from './idempotency.js';

/** Who asks, and the key under which the outcome is kept, if there is one. */
export const By = createParamDecorator((_: unknown, context: ExecutionContext): Origin => {
  const request = context.switchToHttp().getRequest();
  const key = commandKeyOf(request);
  return { actor: { kind: 'user', userId: request.user.userId }, ...(key === undefined ? {} : { key }) };
});
