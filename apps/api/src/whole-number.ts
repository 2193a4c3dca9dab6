import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

/** A path's whole number as digits without leading zeros; that it is one was checked before (see reference-urls.ts). */
export const WholeNumber = createParamDecorator((name: string, context: ExecutionContext): string => {
  return BigInt(context.switchToHttp().getRequest().params[name]).toString();
});
