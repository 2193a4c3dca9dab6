export * from './claims.js';
export * from './courses.js';
export * from './people.js';
export * from './roster.errors.js';
export { courseRoles } from './roster.fields.js';
export * from './roster.js';
export * from './roster.rights.js';
export { removable, type Section, sections } from './roster.sections.js';
export * from './roster.updates.js';
