import type { Exam, Model } from '../model.js';
import { examFields, type Step } from '../step.js';
import { type Generator, userOf, withExam } from './generator.js';

function change({ name, fields }: Exam, model: Model): Step[] {
  const { random } = model;
  const changes = random.pick<Record<string, unknown>>([
    { exam_name: random.pick(['Renamed', '', 'é 😀']) },
    { time_limit_mins: random.pick([0, 1, 2, 45, 120, -5]) },
    { is_active: random.chance(0.7) },
    { is_proctored: random.chance(0.8) },
    { hide_after_due: true },
  ]);
  Object.assign(fields, changes);
  const body = { exam_id: `{${name}}`, due_date: '2031-01-01T00:00:00Z', ...changes };
  return [{ as: model.caller('staff', 0.1), method: 'PUT', path: '~/exam', body }];
}

function publish({ name, course }: Exam, model: Model): Step[] {
  const changes = model.random.pick([
    null,
    { exam_name: 'Published', ...(model.random.chance(0.2) && { exam_name: '' }) },
    { due_date: `{now+${model.random.pick([-60, 600, 7200])}}` },
    { due_date: null, is_active: true },
    { backend: model.random.pick(['nobody', 'test', 'null', 'rest']) },
  ]);
  return [{ ...model.registration(course, { [name]: changes }), as: model.caller('staff', 0.1) }];
}

/** Creates an exam, and tries to create it again. */
function add(model: Model): Step[] {
  const { random } = model;
  const name = model.newName('exam');
  const kind = { is_proctored: random.chance(0.5), is_practice_exam: random.chance(0.3) };
  const fields = examFields(name, { ...kind, time_limit_mins: random.pick([1, '45', 2000]) });
  model.exams.push({ name, course: 'A', fields: { ...fields, due_date: null } });
  const post: Step = { method: 'POST', path: '~/exam', body: fields, keep: { [name]: 'exam_id' } };
  return [
    { ...post, as: model.caller('staff', 0.1) },
    { ...post, as: 'staff' },
  ];
}

const read = ({ name }: Exam, model: Model): Step[] => [
  { as: model.caller(model.learner()), method: 'GET', path: `~/exam/exam_id/{${name}}` },
];

const list = (model: Model): Step[] => [
  { as: model.caller(model.learner()), method: 'GET', path: `~/exam/course_id/{${model.random.pick(['A', 'B'])}}` },
];

/** The platform changes the due date of an exam, sometimes also for one learner. */
function reschedule({ course, fields }: Exam, model: Model): Step[] {
  const { random } = model;
  const date = (when: string | null) => ({
    course_id: `{${course}}`,
    content_id: fields.content_id,
    field: 'due',
    date: when,
  });
  const dates = random.chance(0.4)
    ? // A learner's own date is an extension. The platform accepts no earlier one.
      [date('{now+90}'), { ...date(random.pick(['{now+1200}', '{now+7200}'])), user: `{${model.learner()}}` }]
    : [date(random.pick([null, '{now-60}', '{now+90}', '{now+1200}']))];
  return [{ as: model.learner(), method: 'GET', path: '~/attempt', roster: { dates } }];
}

function allow({ name, course }: Exam, model: Model): Step[] {
  const { random } = model;
  const as = model.caller(course === 'A' ? 'coach' : 'otherCoach', 0.15);
  const learner = model.learner();
  const body = {
    exam_id: `{${name}}`,
    key: random.pick(['additional_time_granted', 'additional_time_granted', 'review_policy_exception', 'other']),
  };
  if (random.chance(0.3)) return [{ as, method: 'DELETE', path: '~/allowance', body: { ...body, ...userOf(learner) } }];
  const user_info = random.pick([`{${learner}}`, `{${learner}.email}`, `{${learner}.id}`, 'nobody']);
  const value = random.pick(['0', '5', '60', '-1', 'x']);
  return [{ as, method: 'PUT', path: '~/allowance', body: { ...body, user_info, value } }];
}

export const examGenerators: Generator[] = [
  { weight: 4, make: withExam(change) },
  { weight: 3, make: withExam(publish) },
  { weight: 1, make: add },
  { weight: 2, make: withExam(read) },
  { weight: 2, make: list },
  { weight: 3, make: withExam(reschedule) },
  { weight: 7, make: withExam(allow) },
];
