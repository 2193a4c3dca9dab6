import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Origin } from '#domain';

/** Who asks, and the Idempotency-Key if there is one: a key counts for one caller and one address only. */
export const By = createParamDecorator((_: unknown, context: ExecutionContext): Origin => {
  const { user, headers, method, url } = context.switchToHttp().getRequest();
  const key = headers['idempotency-key'];
  return {
    actor: { kind: 'user', userId: user.userId },
    ...(key === undefined ? {} : { key: `${user.userId} ${method} ${url} ${key}` }),
  };
});
