export * from './mailer.js';
export { texts } from './texts.js';
