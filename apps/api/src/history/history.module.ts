import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { ConsequencesController } from './consequences.controller.js';
import { Downloads } from './downloads.js';
import { EventsController } from './events.controller.js';
import { EvidenceController } from './evidence.controller.js';
import { HistoryController } from './history.controller.js';
import { ListsController } from './lists.controller.js';
import { LogSearchController } from './log-search.controller.js';
import { ProofsController } from './proofs.controller.js';
import { WhatIfController } from './what-if.controller.js';

@Module({
  imports: [CommandsModule],
  controllers: [
    HistoryController,
    ProofsController,
    EventsController,
    ListsController,
    LogSearchController,
    ConsequencesController,
    WhatIfController,
    EvidenceController,
  ],
  providers: [Downloads],
})
export class HistoryModule {}
