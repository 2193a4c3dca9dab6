import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { recordAccess } from '#access-log';
import { RetireLearner } from '#commands';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { EventBusReader } from '#integration';
import { Background } from './background.js';

/** Reads Open edX's event bus. */
@Injectable()
export class EventBus implements OnApplicationBootstrap {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly commands: CommandBus,
    private readonly background: Background,
  ) {}

  onApplicationBootstrap() {
    const { database, commands } = this;
    const reader = new EventBusReader(database, this.configuration, async (userId, at) => {
      await recordAccess(database, [{ action: 'event bus retirement', outcome: 'begun', objects: [`user:${userId}`] }]);
      await commands.execute(new RetireLearner(userId, at, { actor: { kind: 'lms' } }));
    });
    this.background.run((signal) => reader.run(signal));
  }
}
