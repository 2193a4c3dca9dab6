import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { LaunchModule } from '../launch/launch.module.js';
import { StudentViewController } from './student-view.controller.js';
import { StudentViews } from './student-views.js';

@Module({
  imports: [CommandsModule, AttemptsModule, LaunchModule],
  controllers: [StudentViewController],
  providers: [StudentViews],
})
export class InterstitialsModule {}
