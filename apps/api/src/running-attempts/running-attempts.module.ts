import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { AuthModule } from '../auth/auth.module.js';
import { HealthModule } from '../health/health.module.js';
import { BoardStates } from './board-states.js';
import { ChangedRows } from './changed-rows.js';
import { CourseChanges } from './course-changes.js';
import { RunningAttemptsController } from './running-attempts.controller.js';

@Module({
  imports: [CommandsModule, AuthModule, HealthModule],
  controllers: [RunningAttemptsController],
  providers: [BoardStates, ChangedRows, CourseChanges],
})
export class RunningAttemptsModule {}
