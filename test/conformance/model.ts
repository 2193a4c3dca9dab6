import type { Random } from './random.js';
import { examFields, type Step } from './step.js';
import { learners } from './world.js';

export type Exam = { name: string; course: 'A' | 'B'; fields: Record<string, unknown> };
export type Attempt = { name: string; owner: string; exam: Exam };

const staff = ['staff', 'coach', 'otherCoach', 'root', 'reviewer', 'worker', 'auditor', 'inactive'];

/** The known exams and attempts of a world, so that most requests of the walk name things that exist. */
export class Model {
  readonly exams: Exam[] = [];
  readonly attempts: Attempt[] = [];
  /** Names of cookies of secure browsers. */
  readonly browsers: string[] = [];
  private made = 0;

  constructor(readonly random: Random) {}

  newName(kind: string): string {
    this.made++;
    return `${kind}${this.made}`;
  }

  /** Two courses with exams of every kind. */
  beginning(): Step[] {
    const { random } = this;
    // One request for each exam, because the time of creation says which onboarding exam is the newest.
    const steps: Step[] = [];
    for (const course of ['A', 'A', 'A', 'A', 'A', 'B', 'B'] as const) {
      const name = this.newName('exam');
      const kind = random.pick([
        {},
        { is_proctored: true },
        { is_proctored: true },
        { is_proctored: true, is_practice_exam: true },
        { is_proctored: true, backend: 'software_secure', external_id: null },
        { is_proctored: true, backend: 'rest', external_id: null },
        { is_practice_exam: true },
        { is_proctored: true, is_practice_exam: true, backend: 'software_secure', external_id: null },
        { backend: 'nobody' },
      ]);
      const due_date = random.chance(0.2) ? `{now+${random.pick([-60, 120, 900, 5400])}}` : null;
      const own = { course_id: `{${course}}`, content_id: `{${course}:block}${name}` };
      const fields = examFields(name, { ...own, ...kind, time_limit_mins: random.pick([1, 2, 30, 61, 90]), due_date });
      this.exams.push({ name, course, fields });
      steps.push(this.registration(course, {}));
    }
    return steps;
  }

  /** Publishes a course with `changes` by the name of an exam. Null leaves an exam out. */
  registration(course: 'A' | 'B', changes: Record<string, object | null>): Step {
    const kept = this.exams.filter((exam) => exam.course === course && changes[exam.name] !== null);
    return {
      as: 'staff',
      method: 'PATCH',
      path: `~/exam_registration/course_id/{${course}}`,
      body: kept.map(({ name, fields }) => ({ ...fields, ...changes[name] })),
      keep: Object.fromEntries(kept.map(({ name }, index) => [name, `${index}.exam_id`])),
    };
  }

  learner(): string {
    return this.random.pick(learners);
  }

  /** Mostly `usual`, sometimes another user, or undefined for anonymous. */
  caller(usual: string, others = 0.15): string | undefined {
    if (!this.random.chance(others)) return usual;
    return this.random.pick([...learners, ...staff, undefined]);
  }
}
