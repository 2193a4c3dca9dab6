import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { refused } from './http-answer.js';

/** A path's whole number as digits without leading zeros; that it is one was checked before (see reference-urls.ts). */
export const WholeNumber = createParamDecorator((name: string, context: ExecutionContext): string => {
  const number = BigInt(context.switchToHttp().getRequest().params[name]);
  if (number >= 2n ** 63n) throw refused(400, `${name}: The number is too large.`);
  return number.toString();
});
