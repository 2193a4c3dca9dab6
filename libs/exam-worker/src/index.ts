export * from './exam-worker.js';
export * from './proctored-exam.js';
export * from './vendor.js';
