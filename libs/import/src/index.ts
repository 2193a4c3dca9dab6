export * from './old-database.js';
export * from './old-tables.js';
export * from './reconciliation.js';
export * from './target.js';
