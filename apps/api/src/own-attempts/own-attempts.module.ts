import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { OwnAttemptsController } from './own-attempts.controller.js';

@Module({ imports: [CommandsModule], controllers: [OwnAttemptsController] })
export class OwnAttemptsModule {}
