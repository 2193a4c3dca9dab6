import { type DynamicModule, Global, Module } from '@nestjs/common';
import { type Configuration, type DatabaseOptions, databaseModule, keyEncryptionKeysOf } from '#configuration';
import { StoreOptions } from '#event-store';
import { useKeyEncryptionKeys } from '#learner-keys';
import { CommandsModule } from './commands.module.js';

@Global()
@Module({})
class StandaloneModule {}

/** The commands for processes without HTTP. */
export function standaloneCommands(
  configuration: Configuration,
  url: string,
  options?: DatabaseOptions,
  store: StoreOptions = {},
): DynamicModule {
  useKeyEncryptionKeys(() => keyEncryptionKeysOf(configuration));
  return {
    module: StandaloneModule,
    imports: [databaseModule(configuration, url, options), CommandsModule],
    providers: [{ provide: StoreOptions, useValue: store }],
    exports: [CommandsModule, StoreOptions],
  };
}
