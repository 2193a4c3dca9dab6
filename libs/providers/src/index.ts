export { beforeSending } from './before-sending.js';
export { callbackSignature, isSameSecret, type SignedCallback } from './callback-signature.js';
export { obscuredUserId } from './obscured-user-id.js';
export { commonOptions, isNetwork, shapes } from './options.js';
export * from './provider.js';
export * from './providers.js';
export { recordingLinkOf } from './recording-links.js';
export { traceHeaders } from './trace-headers.js';
export { encryptedVideoLink } from './video-link.js';
