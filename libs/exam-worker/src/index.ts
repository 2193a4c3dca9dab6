export * from './exam-worker.js';
export * from './proctored-exam.js';
export { type PutAction, putAction } from './requests.js';
export * from './student-view.js';
export * from './vendor.js';
