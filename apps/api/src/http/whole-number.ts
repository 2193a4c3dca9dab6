import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { refused } from './http-answer.js';

/** A path's whole number as digits without leading zeros; that it is one was checked before (see path-parameters.ts). */
export const wholeNumber = (text: string, name: string): string => {
  const number = BigInt(text);
  if (number >= 2n ** 63n) throw refused(400, `${name}: The number is too large.`);
  return number.toString();
};

export const WholeNumber = createParamDecorator((name: string, context: ExecutionContext): string =>
  wholeNumber(context.switchToHttp().getRequest().params[name], name),
);
