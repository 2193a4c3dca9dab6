// Writes the types of the OpenAPI document for the console's client. The document needs no database.
import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import openapiTs, { astToString } from 'openapi-typescript';
import { main, prepare } from './prepare.mjs';

const file = 'apps/console/src/api/schema.d.ts';

await main(async () => {
  await prepare();
  const { apiModule } = await import('../dist/apps/api/src/api.module.js');
  const { documentOf } = await import('../dist/apps/api/src/document/document.js');
  const { loadConfiguration } = await import('../dist/libs/configuration/src/index.js');
  const module = apiModule(loadConfiguration({}), 'postgresql://127.0.0.1/none');
  const app = await NestFactory.create(module, new FastifyAdapter(), { preview: true, logger: ['error'] });
  writeFileSync(file, astToString(await openapiTs(JSON.stringify(documentOf(app)), { defaultNonNullable: false })));
  process.exit();
});
