import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { firstValueFrom, from } from 'rxjs';
import { isWrite } from './access-hooks.js';
import { beginAccess } from './access-note.js';

/**
 * Records a write before it is done, if the gate has checked the caller's right. A route that checks the right itself calls
 * `beginAccess`.
 */
@Injectable()
export class AccessInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler) {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { gate } = request.routeOptions.config;
    if (!isWrite(request) || (gate !== 'staff' && gate !== 'course')) return next.handle();
    return from(beginAccess().then(() => firstValueFrom(next.handle(), { defaultValue: undefined })));
  }
}
