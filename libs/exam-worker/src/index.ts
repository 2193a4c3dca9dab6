export * from './exam-worker.js';
export * from './proctored-exam.js';
export * from './provider-script.js';
export { credentials, logInWith, type PutAction, putAction } from './requests.js';
export * from './student-view.js';
