import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Clock } from '#clock';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { EventStore } from '#event-store';
import { doAskedActions, pruneActions, recordHealth } from '#operations';
import { Background, hour, minute, second } from './background.js';

/** Records the health of the service, and does what operators ask for about dead letters. */
@Injectable()
export class Operations implements OnApplicationBootstrap {
  constructor(
    readonly database: Database,
    readonly configuration: Configuration,
    readonly events: EventStore,
    readonly commands: CommandBus,
    readonly clock: Clock,
    private readonly background: Background,
  ) {}

  onApplicationBootstrap() {
    const { database, background } = this;
    const { accessLogDays } = this.configuration;
    background.inOneProcess(minute, 'health records', () => recordHealth(this));
    background.inOneProcess(second, 'dead letter actions', (signal) => doAskedActions(this, signal));
    background.every(hour, 'dead letter actions', () => pruneActions(database, accessLogDays));
  }
}
