import { createParamDecorator, type ExecutionContext, NotFoundException } from '@nestjs/common';

/** A path's whole number as the digits that were sent, without leading zeros; anything else is no such page. */
export const WholeNumber = createParamDecorator((name: string, context: ExecutionContext): string => {
  const text: string = context.switchToHttp().getRequest().params[name];
  if (!/^[0-9]+$/.test(text)) throw new NotFoundException();
  return BigInt(text).toString();
});
