/** The name of a claim of LTI 1.3. */
export const claim = (name: string) => `https://purl.imsglobal.org/spec/lti/claim/${name}`;

/** The name of a claim of LTI Proctoring Services. */
export const proctoringClaim = (name: string) => `https://purl.imsglobal.org/spec/lti-ap/claim/${name}`;

/** With this scope a tool may use the assessment control service. */
export const controlScope = 'https://purl.imsglobal.org/spec/lti-ap/scope/control.all';

/** The media type of the assessment control service. */
export const controlMediaType = 'application/vnd.ims.lti-ap.v1.control+json';

/** A tool is deployed once. */
export const deploymentId = '1';

/** Each attempt has a resource link of its own exam, and is the first one there. */
export const attemptNumber = 1;
