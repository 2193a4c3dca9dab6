import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { Relay } from '#integration';
import { Background } from './background.js';

/** Publishes the log to Kafka. */
@Injectable()
export class Publishing implements OnApplicationBootstrap {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly background: Background,
  ) {}

  onApplicationBootstrap() {
    const relay = new Relay(this.database, this.configuration, this.background.lease);
    this.background.run((signal) => relay.run(signal).finally(() => relay.close()));
  }
}
