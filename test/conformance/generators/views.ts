import type { Exam, Model } from '../model.js';
import type { Step } from '../step.js';
import { type Generator, queryOf, withAttempt, withExam } from './generator.js';

const graces = [undefined, undefined, 10, 600, 100_000];

/** The page in place of an exam, in a secure browser or in another one, sometimes with a grace period. */
function look(exam: Exam, model: Model, learner = model.learner()): Step {
  const { random, browsers } = model;
  const browser = browsers.length > 0 && random.chance(0.4) ? random.pick(browsers) : undefined;
  const view = {
    exam: exam.name,
    course: `{${exam.course}}`,
    contentId: String(exam.fields.content_id),
    graceMins: random.pick(graces),
    browser,
  };
  return { as: learner, method: 'VIEW', path: `{${exam.name}}`, view };
}

/** Sets requirements before an exam and its due date, in all combinations. */
function requirementsAndDueDate(exam: Exam, model: Model): Step[] {
  const { random } = model;
  const { course, fields } = exam;
  const learner = model.learner();
  const requirement = (name: string, order: number) => ({
    course_id: `{${course}}`,
    namespace: 'reverification',
    name,
    display_name: name,
    order,
    statuses: { [`{${learner}}`]: random.pick(['satisfied', 'failed', 'declined', 'declined', 'submitted']) },
  });
  const roster = {
    credit_requirements: [requirement('icrv', 1), ...(random.chance(0.3) ? [requirement('second', 0)] : [])],
    dates: [
      {
        course_id: `{${course}}`,
        content_id: fields.content_id,
        field: 'due',
        date: random.pick([null, '{now-60}', '{now-60}', '{now+900}']),
      },
    ],
  };
  const path = `~/attempt/course_id/{${course}}?${queryOf(exam)}`;
  const ask: Step = { as: learner, method: 'GET', path };
  const steps = random.chance(0.5) ? [ask, look(exam, model, learner)] : [look(exam, model, learner), ask];
  return [{ ...steps[0]!, roster }, ...steps.slice(1)];
}

/** An operator sets the status of an attempt. */
const setStatus: Generator['make'] = withAttempt(({ name, owner }, model) => {
  const to = model.random.pick(['timed_out', 'timed_out', 'submitted', 'verified', 'error']);
  return [
    {
      method: 'POST',
      path: '/_oracle/manage/set_attempt_status',
      body: { kwargs: { attempt_id: `{${name}}`, to_status: to } },
      command: ['set-attempt-status', '--attempt', `{${name}:text}`, '--to', to],
    },
    { as: owner, method: 'GET', path: `~/attempt/{${name}}` },
  ];
});

/** A learner's request that only staff may send. The reference translates the error. */
const inAnotherLanguage: Generator['make'] = (model) => [
  {
    as: model.learner(),
    method: 'GET',
    path: `~/{${model.random.pick(['A', 'B'])}}/allowance`,
    headers: { 'accept-language': model.random.pick(['de', 'fr', 'es-419', 'en']) },
  },
];

export const viewGenerators: Generator[] = [
  { weight: 6, make: withExam((exam, model) => [look(exam, model)]) },
  { weight: 8, make: withAttempt(({ exam, owner }, model) => [look(exam, model, owner)]) },
  { weight: 6, make: withExam(requirementsAndDueDate) },
  { weight: 1, make: setStatus },
  { weight: 1, make: inAnotherLanguage },
];
