import type { Attempt, Exam, Model } from './model.js';
import { examFields, type Step } from './step.js';

/** A kind of request that the walk makes. A later route is one more row of the table below. */
export type Generator = { weight: number; make(model: Model): Step[] };

const actions = ['start', 'start', 'stop', 'submit', 'click_download_software', 'decline', 'error', 'reset_attempt', 'reset_attempt'];
const flags = ['true', 'true', 'TRUE', 'false', 'no', undefined];
const odd = [null, '', ' ', 'x', '-1', '1.5', -1, 0, 1.5, true, false, [], ['x'], {}, { a: 1 }, 'x\u0000', '<b>"\'\\', 'é 😀', '{now+60}'];
const oddIds = ['0', '999999999', 'abc', '-1', '99999999999999999999', '%00', ''];

const withAttempt = (make: (attempt: Attempt, model: Model) => Step[]): Generator['make'] => (model) =>
  model.attempts.length > 0 ? make(model.random.pick(model.attempts.slice(-12)), model) : create(model, model.random.pick(model.exams));
const withExam = (make: (exam: Exam, model: Model) => Step[]): Generator['make'] => (model) => make(model.random.pick(model.exams), model);
const userOf = (name: string) => ({ user_id: `{${name}.id}` });
const content = ({ course, fields }: Exam) => `content_id=${String(fields.content_id).replace('}', '%}')}&course=${course}`;

function create(model: Model, exam: Exam): Step[] {
  const { random } = model;
  const owner = model.caller(model.learner(), 0.08);
  const name = model.newName('attempt');
  const proctored = exam.fields.is_proctored ? random.pick(flags) : random.chance(0.05) ? 'true' : undefined;
  const body = { exam_id: `{${exam.name}}`, attempt_proctored: proctored, start_clock: random.pick(flags) };
  if (owner) model.attempts.push({ name, owner, exam });
  return [
    { as: owner, method: 'POST', path: '~/attempt', body, keep: { [name]: 'exam_attempt_id' } },
    { as: owner, method: 'GET', path: `~/attempt/{${name}}`, keep: { [`${name}.external`]: 'external_id' } },
  ];
}

function act({ name, owner, exam }: Attempt, model: Model): Step[] {
  const { random } = model;
  const body: Record<string, unknown> = { action: random.pick(actions) };
  const next = model.newName('attempt');
  if (body.action === 'reset_attempt') model.attempts.push({ name: next, owner, exam });
  if (random.chance(0.05)) Object.assign(body, userOf(random.pick([owner, 'bob', 'staff'])));
  return [{ as: model.caller(owner), method: 'PUT', path: `~/attempt/{${name}}`, body, keep: { [next]: 'exam_attempt_id' } }];
}

/** An error, and on from there with the rest of the time. */
function resume({ name, owner, exam }: Attempt, model: Model): Step[] {
  const { random } = model;
  const put = (as: string | undefined, body: object): Step => ({ as, method: 'PUT', path: `~/attempt/{${name}}`, body });
  const allow = { action: 'mark_ready_to_resume', ...(random.chance(0.97) && userOf(random.chance(0.95) ? owner : model.learner())) };
  return [put(owner, { action: 'error', detail: 'x' }), put(model.caller('coach', 0.2), allow), ...create(model, exam).map((step) => ({ ...step, as: owner }))];
}

function review({ name, exam, owner }: Attempt, model: Model): Step[] {
  const { random } = model;
  const comments = random.pick([undefined, [], [{ comment: 'x', status: 'y' }], [{ comment: 'x', status: 'y', start: 1, stop: 2, duration: 1 }], [{}], null]);
  const reviewed_by = random.pick([undefined, undefined, '{coach.email}', 'nobody@example.org', null]);
  const status = random.pick(['passed', 'violation', 'suspicious', 'not_reviewed', 'suspicious', 'great']);
  const as = model.caller(exam.course === 'A' ? 'reviewer' : 'staff', 0.1);
  return [
    { as, method: 'POST', path: `~/attempt/{${name}.external}/reviewed`, body: { status, comments, reviewed_by } },
    { as: owner, method: 'GET', path: `~/attempt/{${name}}` },
  ];
}

function changeExam({ name, fields }: Exam, model: Model): Step[] {
  const { random } = model;
  const change = random.pick<Record<string, unknown>>([
    { exam_name: random.pick(['Renamed', '', 'é 😀']) },
    { time_limit_mins: random.pick([0, 1, 2, 45, 120, -5]) },
    { is_active: random.chance(0.7) },
    { is_proctored: random.chance(0.8) },
    { hide_after_due: true, due_date: '2031-01-01T00:00:00Z' },
  ]);
  Object.assign(fields, change, change.due_date && { due_date: fields.due_date });
  return [{ as: model.caller('staff', 0.1), method: 'PUT', path: '~/exam', body: { exam_id: `{${name}}`, ...change } }];
}

function publish({ name, course }: Exam, model: Model): Step[] {
  const { random } = model;
  const change = random.pick([null, { exam_name: 'Published' }, { due_date: `{now+${random.pick([-60, 600, 7200])}}` }, { is_active: true }, { due_date: null }]);
  return [{ ...model.registration(course, { [name]: change }), as: model.caller('staff', 0.1) }];
}

function addExam(model: Model): Step[] {
  const { random } = model;
  const name = model.newName('exam');
  const fields = examFields(name, { is_proctored: random.chance(0.5), is_practice_exam: random.chance(0.3), time_limit_mins: random.pick([1, '45', 2000]) });
  model.exams.push({ name, course: 'A', fields: { ...fields, due_date: null } });
  const post = { method: 'POST', path: '~/exam', body: fields, keep: { [name]: 'exam_id' } };
  return [{ ...post, as: model.caller('staff', 0.1) }, { ...post, as: 'staff' }];
}

function due({ course, fields }: Exam, model: Model): Step[] {
  const { random } = model;
  const date = random.pick([null, '{now+90}', '{now+1200}', '{now+7200}', '{now-60}']);
  const user = random.chance(0.4) ? { user: `{${model.learner()}}` } : {};
  const roster = { dates: [{ course_id: `{${course}}`, content_id: fields.content_id, field: 'due', date, ...user }] };
  return [{ as: model.learner(), method: 'GET', path: '~/attempt', roster }];
}

function allow({ name, course }: Exam, model: Model): Step[] {
  const { random } = model;
  const as = model.caller(course === 'A' ? 'coach' : 'otherCoach', 0.15);
  const key = random.pick(['additional_time_granted', 'additional_time_granted', 'review_policy_exception', 'other']);
  const learner = model.learner();
  if (random.chance(0.3)) return [{ as, method: 'DELETE', path: '~/allowance', body: { exam_id: `{${name}}`, ...userOf(learner), key } }];
  const user_info = random.pick([`{${learner}}`, `{${learner}.email}`, `{${learner}.id}`, 'nobody']);
  return [{ as, method: 'PUT', path: '~/allowance', body: { exam_id: `{${name}}`, user_info, key, value: random.pick(['0', '5', '60', '-1', 'x']) } }];
}

/** A step of another kind with something wrong in it. */
function spoil(model: Model): Step[] {
  const { random } = model;
  const [step] = random.weighted(generators.filter(({ make }) => make !== spoil)).make(model).slice(-1);
  const field = random.pick(Object.keys(step.body ?? {}).filter((key) => !(Array.isArray(step.body) && key)));
  if (field && random.chance(0.6)) return [{ ...step, body: { ...(step.body as object), [field]: random.pick(odd.slice(0, -2)) } }];
  if (random.chance(0.3)) return [{ ...step, path: step.path.replace(/\{(attempt|exam)\d+\}/, random.pick(oddIds)) }];
  if (random.chance(0.3)) return [{ ...step, body: random.pick([[], 'x', 5, null, {}]) }];
  if (random.chance(0.5)) return [{ ...step, body: undefined, text: random.pick(['{', '[1,', 'x', '{"a":1}}']), headers: { 'Content-Type': random.pick(['application/json', 'text/plain']) } }];
  return [{ ...step, method: random.pick(['GET', 'PUT', 'DELETE', 'PATCH', 'POST']) }];
}

export const generators: Generator[] = [
  { weight: 12, make: withExam((exam, model) => create(model, exam)) },
  { weight: 24, make: withAttempt(act) },
  { weight: 12, make: withAttempt(({ name, owner }, model) => [{ as: model.caller(owner), method: 'GET', path: `~/attempt/{${name}}` }]) },
  { weight: 4, make: withAttempt(resume) },
  { weight: 8, make: withAttempt(review) },
  { weight: 4, make: withAttempt(({ name, owner }, model) => [{ as: model.caller(model.random.pick(['reviewer', 'staff', owner]), 0.05), method: 'POST', path: `~/attempt/{${name}.external}/ready` }]) },
  { weight: 3, make: withAttempt(({ name, exam }, model) => [{ as: model.caller(exam.course === 'A' ? 'coach' : 'otherCoach', 0.4), method: 'DELETE', path: `~/attempt/{${name}}` }]) },
  { weight: 4, make: (model) => [{ as: model.caller(model.learner(), 0.1), method: 'GET', path: '~/attempt' }] },
  { weight: 3, make: (model) => [{ as: model.caller(model.learner(), 0.1), method: 'GET', path: '~/active_attempt' }] },
  { weight: 3, make: (model) => [{ as: model.caller('staff', 0.2), method: 'GET', path: `~/active_attempt?user_id={${model.learner()}.id}` }] },
  { weight: 7, make: withExam((exam, model) => [{ as: model.caller(model.learner(), 0.1), method: 'GET', path: `~/attempt/course_id/{${exam.course}}?${content(exam)}&is_learning_mfe=${model.random.pick(['true', 'no'])}` }]) },
  { weight: 3, make: withExam((exam, model) => [{ as: model.caller('staff', 0.2), method: 'GET', path: `~/attempt/course_id/{${exam.course}}?${content(exam)}&user_id={${model.learner()}.id}` }]) },
  { weight: 2, make: withExam(({ name }, model) => [{ as: model.caller(model.learner()), method: 'GET', path: `~/exam/exam_id/{${name}}` }]) },
  { weight: 2, make: (model) => [{ as: model.caller(model.learner()), method: 'GET', path: `~/exam/course_id/{${model.random.pick(['A', 'B'])}}` }] },
  { weight: 4, make: withExam(changeExam) },
  { weight: 3, make: withExam(publish) },
  { weight: 1, make: addExam },
  { weight: 3, make: withExam(due) },
  { weight: 7, make: withExam(allow) },
  { weight: 8, make: spoil },
];
