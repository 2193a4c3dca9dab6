import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { RosterController } from './roster.controller.js';

@Module({
  imports: [AuthModule],
  controllers: [RosterController],
})
export class RosterModule {}
