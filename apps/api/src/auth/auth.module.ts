import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { Authentication } from './authentication.js';

@Module({
  imports: [CommandsModule],
  providers: [Authentication],
  exports: [Authentication],
})
export class AuthModule {}
