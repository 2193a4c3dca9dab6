import { resolve } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { bundled } from './bundle.js';
import { unpack } from './npm-packages.js';

declare const load: (name: string) => any;
declare const store: any;

const built = (file: string) => resolve('dist/test/e2e/browser', file);

/** A script with the data layer of the learning front end: `@edx/frontend-lib-special-exams`. */
export function learningFrontEnd(): string {
  const theirs = unpack();
  const script = bundled({
    thunks: theirs.specialExams('data/thunks.js'),
    slice: theirs.specialExams('data/slice.js'),
    '@reduxjs/toolkit': theirs.redux,
    '@edx/frontend-platform': built('frontend-platform.js'),
    '@edx/frontend-platform/auth': built('frontend-platform.js'),
    '@edx/frontend-platform/logging': built('frontend-platform.js'),
  });
  theirs.remove();
  return script;
}

/** The state of the front end: the exam with its attempt, and the running attempt. */
export const stateOf = (page: Page | Frame) => page.evaluate(() => store.getState().specialExams);

/** Does what a button of the learning front end does. */
export const dispatch = (page: Page | Frame, thunk: string, ...args: unknown[]) =>
  page.evaluate(({ thunk, args }) => store.dispatch(load('thunks')[thunk](...args)), { thunk, args });
