import { shrink } from './shrink.js';
import type { Step } from './step.js';

const get = (path: string, keep?: Record<string, string>): Step => ({ method: 'GET', path, keep });

describe('shrinking', () => {
  it('keeps only the steps that the failure needs', async () => {
    const steps = [...Array(40).keys()].map((number) => get(`~/${number}`));
    const needed = [3, 17, 39].map((number) => steps[number]);
    const fails = async (candidate: Step[]) => needed.every((step) => candidate.includes(step));
    expect(await shrink(steps, fails)).toEqual(needed);
  });

  it('first tries only the steps about the exam and the attempt of the last step', async () => {
    const steps = [
      get('~/exam', { exam1: 'exam_id' }),
      get('~/{exam1}', { attempt2: 'id' }),
      get('~/{exam3}'),
      get('~/{attempt2}'),
    ];
    const tried: Step[][] = [];
    await shrink(steps, async (candidate) => tried.push(candidate) > 0 && false);
    expect(tried[0]).toEqual([steps[0], steps[1], steps[3]]);
  });
});
