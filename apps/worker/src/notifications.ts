import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Clock } from '#clock';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { Delivery } from '#delivery';
import { EventStore } from '#event-store';
import { providersOf } from '#providers';
import { Background } from './background.js';

/** Notifies the providers. */
@Injectable()
export class Notifications implements OnApplicationBootstrap {
  constructor(
    readonly database: Database,
    readonly configuration: Configuration,
    readonly events: EventStore,
    readonly commands: CommandBus,
    readonly clock: Clock,
    private readonly background: Background,
  ) {}

  onApplicationBootstrap() {
    for (const provider of providersOf(this.configuration.settings)) {
      if (!provider.wantsNotifications && !provider.makesReady) continue;
      const delivery = new Delivery(provider, this, this.background.lease);
      this.background.run((signal) => delivery.run(signal));
    }
  }
}
