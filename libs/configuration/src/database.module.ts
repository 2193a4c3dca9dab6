import { type DynamicModule, Module } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { Database } from '#connections';
import { Configuration } from './configuration.js';
import { type DatabaseOptions, databaseOf, dataSourceOptions } from './database.js';

@Module({})
class DatabaseModule {}

/** The configuration and the one pool of connections, for all modules of an application. */
export const databaseModule = (configuration: Configuration, url: string, options?: DatabaseOptions): DynamicModule => {
  // The API and the worker may share a process, and each has a data source.
  const name = options?.applicationName ?? 'exam-proctoring';
  return {
    module: DatabaseModule,
    global: true,
    imports: [TypeOrmModule.forRoot({ ...dataSourceOptions(url, options), name, retryAttempts: 0 })],
    providers: [
      { provide: Configuration, useValue: configuration },
      { provide: Database, inject: [getDataSourceToken(name)], useFactory: databaseOf },
    ],
    exports: [Configuration, Database],
  };
};
