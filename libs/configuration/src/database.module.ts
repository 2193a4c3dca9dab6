import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Database } from '#connections';
import { Configuration } from './configuration.js';
import { type DatabaseOptions, databaseOf, dataSourceOptions } from './database.js';

@Module({})
class DatabaseModule {}

/** The configuration and the one pool of connections, for all modules of an application. */
export const databaseModule = (
  configuration: Configuration,
  url: string,
  options?: DatabaseOptions,
): DynamicModule => ({
  module: DatabaseModule,
  global: true,
  imports: [TypeOrmModule.forRoot({ ...dataSourceOptions(url, options), retryAttempts: 0 })],
  providers: [
    { provide: Configuration, useValue: configuration },
    { provide: Database, inject: [DataSource], useFactory: databaseOf },
  ],
  exports: [Configuration, Database],
});
