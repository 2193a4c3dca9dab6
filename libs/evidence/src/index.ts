export { type Disclosure, falseDisclosures } from './disclosures.js';
export { evidenceBundle } from './evidence-bundle.js';
