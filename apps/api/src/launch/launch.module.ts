import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { ExamCookies } from './exam-cookies.js';
import { LaunchController } from './launch.controller.js';

@Module({
  imports: [CommandsModule, AttemptsModule],
  controllers: [LaunchController],
  providers: [ExamCookies],
  exports: [ExamCookies],
})
export class LaunchModule {}
