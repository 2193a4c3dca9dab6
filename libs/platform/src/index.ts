export * from './courses.js';
export * from './obscured-user-id.js';
export * from './people.js';
export * from './roster.errors.js';
export * from './roster.js';
export * from './token.js';
export * from './user.entity.js';
export * from './vault.js';
