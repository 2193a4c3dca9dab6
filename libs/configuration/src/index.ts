export { accessTokenKeysOf } from './access-token-keys.js';
export {
  addLogSigningKey,
  Configuration,
  checkDataDir,
  checkSplitRole,
  cookieSecretOf,
  erasureSigningKeyOf,
  jwtSecretOf,
  keyEncryptionKeysOf,
  lmsAddressOf,
  loadConfiguration,
  logSigningKeysOf,
  mailSenderOf,
  userObfuscationKeyOf,
} from './configuration.js';
export { checkMigrated, type DatabaseOptions, migrate } from './database.js';
export { databaseModule } from './database.module.js';
export { dropEarlier, isCopied } from './earlier-schema.js';
export { startPostgres, stopPostgres } from './embedded-postgres.js';
export { checkFingerprints } from './fingerprints.js';
export { logLevelsOf } from './log-levels.js';
export { loginsOf, openServiceDatabase, runningServiceDatabase, type ServiceDatabase } from './service-database.js';
export { poolOptions } from './session.js';
export type { Settings } from './settings.js';
export * from './settings-in-force.js';
export { signToken } from './token.js';
