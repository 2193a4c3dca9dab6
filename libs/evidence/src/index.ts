export { type EventText, eventTexts } from './covered-events.js';
export { type Disclosure, falseDisclosures } from './disclosures.js';
export { evidenceBundle, evidenceTimeline } from './evidence-bundle.js';
