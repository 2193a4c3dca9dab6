import type { Attempt, Exam, Model } from '../model.js';
import type { Step } from '../step.js';
import { type Generator, userOf, withAttempt, withExam } from './generator.js';

const coachOf = (course: 'A' | 'B') => (course === 'A' ? 'coach' : 'otherCoach');
const pages = ['', '', '?page=1', '?page=2', '?page=0', '?page=x', '?page=9'];
const words = ['', 'not_started', 'verified,submitted', 'setup_started', 'bogus', 'onboarding_reset_past_due'];

/** A request for `{course}`, mostly by its staff. */
const ofCourse =
  (method: string, path: (model: Model) => string): Generator['make'] =>
  (model) => {
    const course = model.random.pick(['A', 'B'] as const);
    // The reference prefers the course of the body; the service takes the course of the path.
    const body = model.random.chance(0.05) ? { course_id: model.random.pick(['{A}', '{B}', '']) } : undefined;
    const as = model.caller(model.random.pick([coachOf(course), 'staff']));
    return [{ as, method, path: path(model).replace('{course}', `{${course}}`), body }];
  };

const search = ({ random }: Model) => random.pick(['alice', 'CAROL', 'example', '_', '%25', 'a/b', 'x%20y']);
const learnerOf = (model: Model) => model.random.pick([`{${model.learner()}}`, '', 'nobody', `{${model.learner()}}`]);

function removeAll({ name, course }: Exam, model: Model): Step[] {
  const path = `~/exam_id/{${name}}/user_id/{${model.learner()}.id}/reset_attempts`;
  return [{ as: model.caller(coachOf(course), 0.3), method: 'DELETE', path }];
}

function bulk({ name, course }: Exam, model: Model): Step[] {
  const { random } = model;
  const second = random.pick(model.exams.filter((exam) => exam.course === course));
  const [allowance_type, value] = random.pick([
    ['additional_time_granted', '5'],
    ['additional_time_granted', '-1'],
    ['time_multiplier', '1.5'],
    ['time_multiplier', '1.05'],
    ['time_multiplier', 'x'],
    ['review_policy_exception', 'may walk'],
  ]);
  const body = {
    exam_ids: random.pick([`{${name}:text}`, `{${name}}, {${second.name}}`, `{${name}},999999999`]),
    user_ids: random.pick([`{${model.learner()}}`, `{${model.learner()}},{${model.learner()}.email}`, 'nobody']),
    allowance_type,
    value,
  };
  const as = model.caller(coachOf(course));
  return random.chance(0.5)
    ? [{ as, method: 'PUT', path: `~/{${course}}/bulk_allowance`, body }]
    : [{ as, method: 'PUT', path: '~/bulk_allowance', body: { ...body, course_id: `{${course}}` } }];
}

function running(model: Model): Step[] {
  const learner = model.learner();
  const body = {
    ...userOf(learner),
    ...(model.random.chance(0.4) && { course_id: model.random.pick(['{A}', '{B}', null]) }),
  };
  const as = model.caller(model.random.pick([learner, 'staff']));
  return [{ as, method: 'GET', path: '~/active_exams_for_user', body }];
}

function onboarding(model: Model): Step[] {
  const course = model.random.pick(['A', 'B'] as const);
  const username = learnerOf(model).replace('}', '%}');
  const own = model.random.chance(0.6);
  const as = model.caller(own ? model.learner() : coachOf(course));
  const query = `course_id={${course}%}${own ? '' : `&username=${username}`}&is_learning_mfe=${model.random.pick(['true', ''])}`;
  return [{ as, method: 'GET', path: `~~/user_onboarding/status?${query}` }];
}

function dashboard({ name, course }: Exam, model: Model): Step[] {
  const { random } = model;
  const query = random.pick(['', '?config=true', '?attempt=abc', '?attempt=a%20b&config=1']);
  const shown = random.chance(0.9) ? course : random.pick(['A', 'B']);
  return [{ as: model.caller(coachOf(course)), method: 'GET', path: `~~/instructor/{${shown}}/{${name}}${query}` }];
}

function retire(model: Model): Step[] {
  const place = model.random.pick(['retire_backend_user', 'retire_backend_user', 'retire_backend_user', 'retire_user']);
  const as = model.random.pick(['worker', 'root', 'staff', 'alice']);
  return [{ as, method: 'POST', path: `~~/${place}/{${model.learner()}.id}/` }];
}

const readAbout = (place: string): Generator['make'] =>
  withExam(({ name }, model) => [
    { as: model.caller(model.learner()), method: 'GET', path: `~/${place}/exam_id/{${name}}/` },
  ]);

/** A launch, mostly for an exam with a secure browser. For other exams it only redirects. */
function launch({ name, owner, exam }: Attempt, model: Model): Step[] {
  if (exam.fields.backend !== 'software_secure' && model.random.chance(0.9)) return [];
  const path = `/api/edx_proctoring/proctoring_launch_callback/start_exam/{${name}.code}`;
  const browser = model.newName('browser');
  model.browsers.push(browser);
  return [
    { as: owner, method: 'GET', path: `~/attempt/{${name}}`, keep: { [`${name}.code`]: 'attempt_code' } },
    { method: model.random.pick(['GET', 'GET', 'HEAD', 'POST']), path, keepCookie: browser },
    { as: owner, method: 'GET', path: `~/attempt/{${name}}` },
  ];
}

const acknowledge = ({ name, owner }: Attempt, model: Model): Step[] => [
  { as: model.caller(owner), method: 'PUT', path: `~/attempt/{${name}}/review_status` },
];

const byContent = ({ course, name }: Exam, model: Model): Step[] => [
  { as: model.caller(model.learner()), method: 'GET', path: `~/exam/course_id/{${course}}/content_id/${name}` },
];

/** Changes enrolments, the schedule of an exam, or the status of a credit requirement. */
function platformChange({ course, fields }: Exam, model: Model): Step[] {
  const { random } = model;
  const learner = model.learner();
  const sequence = { course_id: `{${course}}`, content_id: fields.content_id };
  const roster = random.pick<Record<string, unknown[]>>([
    {
      enrollments: [
        {
          user: `{${learner}}`,
          course_id: `{${course}}`,
          mode: random.pick(['verified', 'audit', 'masters']),
          is_active: random.chance(0.7),
        },
      ],
    },
    {
      schedules: [
        {
          ...sequence,
          effective_start: random.pick(['2024-01-01T00:00:00Z', '{now+3600}']),
          due: random.pick([null, '{now-60}', '{now+900}']),
          accessible: random.pick([null, false]),
        },
      ],
    },
    {
      credit_requirements: [
        {
          course_id: `{${course}}`,
          namespace: 'reverification',
          name: 'icrv',
          display_name: 'ICRV',
          order: 1,
          statuses: { [`{${learner}}`]: random.pick(['satisfied', 'failed', 'submitted']) },
        },
      ],
    },
  ]);
  return [{ as: learner, method: 'GET', path: `~~/user_onboarding/status?course_id={${course}%}`, roster }];
}

export const staffGenerators: Generator[] = [
  { weight: 3, make: withExam(byContent) },
  { weight: 4, make: ofCourse('GET', ({ random }) => `~/attempt/grouped/course_id/{course}${random.pick(pages)}`) },
  { weight: 3, make: ofCourse('GET', (model) => `~/attempt/grouped/course_id/{course}/search/${search(model)}`) },
  { weight: 2, make: withAttempt(acknowledge) },
  { weight: 3, make: ofCourse('GET', () => '~/{course}/allowance') },
  { weight: 5, make: withExam(bulk) },
  { weight: 2, make: ofCourse('GET', () => '~/{course}/grouped/allowance') },
  { weight: 4, make: running },
  { weight: 5, make: onboarding },
  {
    weight: 4,
    make: ofCourse(
      'GET',
      ({ random }) => `~~/user_onboarding/status/course_id/{course}?statuses=${random.pick(words)}`,
    ),
  },
  { weight: 2, make: ofCourse('GET', () => '~~/instructor/{course}') },
  { weight: 2, make: withExam(dashboard) },
  { weight: 2, make: retire },
  { weight: 2, make: readAbout('settings') },
  { weight: 2, make: readAbout('review_policy') },
  { weight: 4, make: withAttempt(launch) },
  { weight: 2, make: withExam(removeAll) },
  { weight: 3, make: withExam(platformChange) },
];
