export * from './importer.js';
export * from './old-database.js';
export * from './old-tables.js';
export * from './reconciliation.js';
export * from './sequences.js';
export * from './target.js';
