import type { Step } from './step.js';

/**
 * Leaves out steps that the failure does not need: first all steps about other exams and attempts than the last step, then
 * halves, then smaller and smaller pieces. The last step stays. After `seconds` it answers the shortest list so far.
 */
export async function shrink(steps: Step[], fails: (steps: Step[]) => Promise<boolean>, seconds = 90): Promise<Step[]> {
  const deadline = Date.now() + seconds * 1000;
  const related = relatedToLast(steps);
  let kept = (await fails(related)) ? related : steps;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let end = kept.length - 1; end > 0 && Date.now() < deadline; end -= size) {
      const candidate = [...kept.slice(0, Math.max(0, end - size)), ...kept.slice(end)];
      if (await fails(candidate)) kept = candidate;
    }
  }
  return kept;
}

function relatedToLast(steps: Step[]): Step[] {
  const wanted = new Set(mentioned(steps.at(-1)!));
  const makers = steps.filter(({ keep }) => Object.keys(keep ?? {}).some((name) => wanted.has(firstPart(name))));
  for (const step of makers) for (const name of mentioned(step)) wanted.add(name);
  return steps.filter(
    (step, index) =>
      index === steps.length - 1 ||
      [...mentioned(step), ...Object.keys(step.keep ?? {}).map(firstPart)].some((name) => wanted.has(name)),
  );
}

/** The exams and attempts that a step names. Their names end in numbers. */
const mentioned = ({ path, body }: Step): string[] =>
  [...`${path} ${JSON.stringify(body)}`.matchAll(/\{([a-z]+\d+)/g)].map(([, name]) => name);

const firstPart = (name: string) => name.split('.')[0];
