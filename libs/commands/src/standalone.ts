import { type DynamicModule, Global, Module } from '@nestjs/common';
import type pg from 'pg';
import { type Configuration, keyEncryptionKeysOf } from '#configuration';
import { useKeyEncryptionKeys } from '#learner-keys';
import { CommandsModule } from './commands.module.js';
import { CONFIGURATION, POOL } from './tokens.js';

@Global()
@Module({})
class StandaloneModule {}

/** The commands by themselves, for what runs without HTTP. */
export function standaloneCommands(configuration: Configuration, pool: pg.Pool): DynamicModule {
  useKeyEncryptionKeys(() => keyEncryptionKeysOf(configuration));
  return {
    module: StandaloneModule,
    imports: [CommandsModule],
    providers: [
      { provide: CONFIGURATION, useValue: configuration },
      { provide: POOL, useValue: pool },
    ],
    exports: [CONFIGURATION, POOL],
  };
}
