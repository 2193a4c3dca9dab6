import { Admission, Busy, type Limits, type Priority } from './admission.js';

const limits: Limits = {
  submit: { running: 4, waiting: 3, waitMs: 9_000 },
  poll: { running: 3, waiting: 3, waitMs: 4_000 },
  start: { running: 2, waiting: 3, waitMs: 500 },
  list: { running: 1, waiting: 3, waitMs: 2_000 },
};

let now: number;
let admission: Admission;
let admitted: string[];
let refused: string[];
let work: Map<string, Awaited<ReturnType<Admission['enter']>>>;
beforeEach(() => {
  now = 0;
  admission = new Admission(limits, () => now);
  [admitted, refused, work] = [[], [], new Map()];
});

const settled = () => new Promise((done) => setImmediate(done));
/** Requests by name: "start 1" is one of priority start. */
async function come(...names: string[]) {
  for (const name of names)
    admission.enter(name.split(' ')[0] as Priority).then(
      (entered) => {
        work.set(name, entered);
        admitted.push(name);
      },
      (error) => {
        expect(error).toBeInstanceOf(Busy);
        refused.push(name);
      },
    );
  await settled();
}
async function end(name: string) {
  admission.leave(work.get(name)!);
  await settled();
}
async function sweepAt(ms: number) {
  now = ms;
  admission.sweep();
  await settled();
}

it('starts leave room for polls, and polls for submits', async () => {
  await come('list 1', 'list 2', 'start 1', 'start 2', 'poll 1', 'poll 2', 'submit 1', 'submit 2');
  expect(admitted).toEqual(['list 1', 'start 1', 'poll 1', 'submit 1']);
  expect(admission.queueLengths()).toEqual({ submit: 1, poll: 1, start: 1, list: 1 });
});

it('the most urgent request is next; among equals the oldest', async () => {
  await come('submit 1', 'submit 2', 'submit 3', 'submit 4');
  await come('list 1', 'start 1', 'start 2', 'poll 1', 'poll 2', 'submit 5');
  admitted = [];
  for (const name of ['submit 1', 'submit 2', 'submit 3', 'submit 4', 'submit 5', 'poll 1']) await end(name);
  expect(admitted.slice(0, 4)).toEqual(['submit 5', 'poll 1', 'poll 2', 'start 1']);
});

it('a full queue refuses requests of its own priority alone', async () => {
  await come(...Array.from({ length: 6 }, (_, index) => `start ${index}`), 'poll 1');
  expect(refused).toEqual(['start 5']);
  expect(admitted).toEqual(['start 0', 'start 1', 'poll 1']);
});

it('a request that waited too long is refused; later ones still wait', async () => {
  await come('start 1', 'start 2', 'start 3');
  now = 300;
  await come('start 4');
  await sweepAt(499);
  expect(refused).toEqual([]);
  await sweepAt(500);
  expect(refused).toEqual(['start 3']);
  await end('start 1');
  expect(admitted).toEqual(['start 1', 'start 2', 'start 4']);
});

it('a request that runs for more than a second makes room for the next, up to a thousand requests', async () => {
  await come('list 1', 'list 2');
  await sweepAt(999);
  expect(admitted).toEqual(['list 1']);
  await sweepAt(1_001);
  expect(admitted).toEqual(['list 1', 'list 2']);
  for (let index = 3; index <= 1_100; index++) {
    now += 1_001;
    await come(`list ${index}`);
  }
  expect(admitted.length).toBe(1_000);
});

it('a client that has gone leaves the queue', async () => {
  await come('list 1');
  let goAway = () => {};
  const leaving = admission.enter('list', (abandon) => {
    goAway = abandon;
  });
  goAway();
  await expect(leaving).rejects.toThrow(Busy);
  expect(admission.queueLengths()).toMatchObject({ list: 0 });
  await end('list 1');
  await come('list 2');
  expect(admitted).toEqual(['list 1', 'list 2']);
});
