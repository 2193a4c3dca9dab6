import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { AuthModule } from '../auth/auth.module.js';
import { RetirementController } from './retirement.controller.js';

@Module({
  imports: [CommandsModule, AuthModule],
  controllers: [RetirementController],
})
export class RetirementModule {}
