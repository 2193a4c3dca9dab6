import { Module } from '@nestjs/common';
import { AccessController } from './access.controller.js';
import { AccessLog } from './access-log.js';

@Module({
  controllers: [AccessController],
  providers: [AccessLog],
})
export class AccessModule {}
