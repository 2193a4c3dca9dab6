import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { CallbacksController } from './callbacks.controller.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { DeliveriesController } from './deliveries.controller.js';
import { StatusController } from './status.controller.js';

@Module({
  imports: [CommandsModule],
  controllers: [StatusController, DeadLettersController, CallbacksController, DeliveriesController],
})
export class OperationsModule {}
