import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { Mailer } from '#mail';
import { Background, minute } from './background.js';

/** Sends mail. */
@Injectable()
export class Mail implements OnApplicationBootstrap {
  constructor(
    readonly database: Database,
    readonly configuration: Configuration,
    private readonly background: Background,
  ) {}

  onApplicationBootstrap() {
    const mailer = new Mailer(this, this.background.lease);
    this.background.run((signal) => mailer.run(signal));
    this.background.every(minute, 'mail', (signal) => mailer.retryDeferred(signal));
  }
}
