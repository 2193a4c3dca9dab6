import { type DynamicModule, Module } from '@nestjs/common';
import { type Configuration, type DatabaseOptions, databaseModule, keyEncryptionKeysOf } from '#configuration';
import { useKeyEncryptionKeys } from '#learner-keys';
import { CommandsModule } from './commands.module.js';

@Module({})
class StandaloneModule {}

/** The commands by themselves, for what runs without HTTP. */
export function standaloneCommands(
  configuration: Configuration,
  url: string,
  options?: DatabaseOptions,
): DynamicModule {
  useKeyEncryptionKeys(() => keyEncryptionKeysOf(configuration));
  return {
    module: StandaloneModule,
    imports: [databaseModule(configuration, url, options), CommandsModule],
    exports: [CommandsModule],
  };
}
