import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Configuration, keyEncryptionKeysOf } from '#configuration';
import { Database } from '#connections';
import { useKeyEncryptionKeys } from '#learner-keys';
import { CommandsModule } from './commands.module.js';

@Global()
@Module({})
class StandaloneModule {}

/** The commands by themselves, for what runs without HTTP. */
export function standaloneCommands(configuration: Configuration, database: Database): DynamicModule {
  useKeyEncryptionKeys(() => keyEncryptionKeysOf(configuration));
  return {
    module: StandaloneModule,
    imports: [CommandsModule],
    providers: [
      { provide: Configuration, useValue: configuration },
      { provide: Database, useValue: database },
    ],
    exports: [Configuration, Database],
  };
}
