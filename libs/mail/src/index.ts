export * from './mail-records.js';
export * from './mailer.js';
export { templateOf } from './mails.js';
export { texts, unnamedSubjects } from './texts.js';
