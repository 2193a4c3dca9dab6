import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { type ExamHandler, handlerWrapper } from './provider-script.js';

const { port1: page, port2: scope } = new MessageChannel();
afterAll(() => page.close());

const calls: unknown[][] = [];
let work: () => Promise<unknown>;

/** A provider without a function for the end of exams. */
class Watcher implements ExamHandler {
  constructor(readonly options: { room?: string }) {}

  onStartExamAttempt(...args: unknown[]) {
    calls.push([this.options.room, ...args]);
    return work();
  }

  onPing = this.onStartExamAttempt;
}
handlerWrapper(Watcher, scope as any);

beforeEach(() => {
  calls.length = 0;
  work = async () => {};
});

const answerTo = async (message: object) => {
  page.postMessage(message);
  return (await once(page, 'message'))[0];
};

it('a start and a ping call their functions with time and attempt, and are answered afterwards', async () => {
  expect(await answerTo({ type: 'startExamAttempt', timeout: 500, attemptExternalId: 'seat 7' })).toEqual({
    type: 'examAttemptStarted',
  });
  expect(await answerTo({ type: 'ping', timeout: 30, attemptExternalId: 'seat 7' })).toEqual({ type: 'echo' });
  expect(calls).toEqual([
    [undefined, 500, 'seat 7'],
    [undefined, 30, 'seat 7'],
  ]);
});

it('the page can send other options', async () => {
  page.postMessage({ type: 'config', options: { room: 'B' } });
  await answerTo({ type: 'ping' });
  expect(calls).toEqual([['B', undefined, undefined]]);
});

it.each([
  ['an error', new Error('no camera'), new Error('no camera')],
  ['a word', 'busy', 'busy'],
  ['nothing', undefined, undefined],
  ['a value that cannot be sent', Symbol('gone'), 'Symbol(gone)'],
])('a failure with %s as its reason is answered with that reason', async (_, reason, error) => {
  work = () => Promise.reject(reason);
  expect(await answerTo({ type: 'ping' })).toEqual({ type: 'pingFailed', error });
});

it('an error before the promise is answered as a failure, too', async () => {
  work = () => {
    throw new Error('not installed');
  };
  const answer = await answerTo({ type: 'startExamAttempt' });
  expect(answer).toEqual({ type: 'examAttemptStartFailed', error: new Error('not installed') });
});

it('requests without a function, and unknown requests, are not answered', async () => {
  for (const type of ['endExamAttempt', 'dance']) page.postMessage({ type });
  expect(await answerTo({ type: 'ping' })).toEqual({ type: 'echo' });
});
