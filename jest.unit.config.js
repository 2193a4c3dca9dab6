import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import config from './jest.config.js';

/** What a spec says that needs a server: `test` opens databases, the others are servers by name. */
const needsServer = /from '[./]+\/test\/|TEST_DATABASE_URL|KAFKA_BROKERS|startPostgres/;

const specsIn = (folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.spec.ts'))
    .map((name) => join(folder, name));

/** npm run test:unit: the specs that need no PostgreSQL, Java or Maven. */
export default {
  ...config,
  testRegex: [],
  testMatch: ['apps', 'libs']
    .flatMap(specsIn)
    .filter((file) => !needsServer.test(readFileSync(file, 'utf8')))
    .map((file) => `<rootDir>/${file}`),
  globalSetup: undefined,
  globalTeardown: undefined,
};
