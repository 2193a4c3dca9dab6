import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { refused } from './http-answer.js';

/** A larger one is unknown, like every id that no row has (release-6.1.md §5, D1). */
const idsOfAnySize = ['attemptId', 'examId'];

/** A whole number of a path, without leading zeros. `checkParameters` has checked that it is one. */
export const wholeNumber = (text: string, name: string): string => {
  const number = BigInt(text);
  if (number >= 2n ** 63n && !idsOfAnySize.includes(name)) throw refused(400, `${name}: The number is too large.`);
  return number.toString();
};

export const WholeNumber = createParamDecorator((name: string, context: ExecutionContext): string =>
  wholeNumber(context.switchToHttp().getRequest().params[name], name),
);
