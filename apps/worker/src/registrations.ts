import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { removeOrphans } from '#commands';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { Background, second } from './background.js';

/** Removes registrations at providers that no attempt uses. */
@Injectable()
export class Registrations implements OnApplicationBootstrap {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly background: Background,
  ) {}

  onApplicationBootstrap() {
    const { settings } = this.configuration;
    this.background.inOneProcess(10 * second, 'registrations', () => removeOrphans(this.database, settings));
  }
}
