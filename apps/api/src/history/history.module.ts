import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { HistoryController } from './history.controller.js';

@Module({
  imports: [CommandsModule],
  controllers: [HistoryController],
})
export class HistoryModule {}
