export { evidenceBundle } from './evidence-bundle.js';
