import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { OwnAttemptsController } from './own-attempts.controller.js';

@Module({ imports: [CommandsModule, AttemptsModule], controllers: [OwnAttemptsController] })
export class OwnAttemptsModule {}
