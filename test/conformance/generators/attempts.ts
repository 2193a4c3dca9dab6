import type { Attempt, Exam, Model } from '../model.js';
import type { Step } from '../step.js';
import { type Generator, queryOf, userOf, withAttempt, withExam } from './generator.js';

const actions = 'start start stop submit click_download_software decline error reset_attempt reset_attempt'.split(' ');
const flags = ['true', 'true', 'TRUE', 'false', 'no', undefined];

function create(exam: Exam, model: Model, owner = model.caller(model.learner(), 0.08)): Step[] {
  const { random } = model;
  const name = model.newName('attempt');
  const choice = exam.fields.is_proctored || random.chance(0.05) ? random.pick(flags) : undefined;
  const body = { exam_id: `{${exam.name}}`, attempt_proctored: choice, start_clock: random.pick(flags) };
  if (owner) model.attempts.push({ name, owner, exam });
  return [
    { as: owner, method: 'POST', path: '~/attempt', body, keep: { [name]: 'exam_attempt_id' } },
    {
      as: owner,
      method: 'GET',
      path: `~/attempt/{${name}}`,
      keep: { [`${name}.external`]: 'external_id', [`${name}.code`]: 'attempt_code' },
    },
  ];
}

function act({ name, owner, exam }: Attempt, model: Model): Step[] {
  const { random } = model;
  const action = random.pick(actions);
  const next = model.newName('attempt');
  if (action === 'reset_attempt') model.attempts.push({ name: next, owner, exam });
  const forUser = random.chance(0.05) ? userOf(random.pick([owner, 'bob', 'staff'])) : {};
  const body = { action, ...forUser };
  const keep = { [next]: 'exam_attempt_id' };
  const put: Step = { as: model.caller(owner), method: 'PUT', path: `~/attempt/{${name}}`, body, keep };
  // While the clock stands still, the reference ends an attempt without minutes only when a request reads it.
  return action === 'start' ? [put, { as: owner, method: 'GET', path: '~/attempt', wait: 0 }] : [put];
}

/** An error, the permission to resume, and a new attempt with the rest of the time. */
function resume({ name, owner, exam }: Attempt, model: Model): Step[] {
  const { random } = model;
  const put = (as: string | undefined, body: object): Step => ({
    as,
    method: 'PUT',
    path: `~/attempt/{${name}}`,
    body,
  });
  const whose = random.chance(0.95) ? owner : model.learner();
  const allow = { action: 'mark_ready_to_resume', ...(random.chance(0.97) && userOf(whose)) };
  return [
    put(owner, { action: 'error', detail: 'x' }),
    put(model.caller('coach', 0.2), allow),
    ...create(exam, model, owner),
  ];
}

const comment = { comment: 'x', status: 'y' };
const commentLists = [undefined, [], [comment], [{ ...comment, start: 1, stop: 2, duration: 1 }], [{}], null];

function review({ name, exam, owner }: Attempt, model: Model): Step[] {
  const { random } = model;
  const as = model.caller(exam.course === 'A' ? 'reviewer' : 'staff', 0.1);
  // Only the provider itself can name one of its reviewers.
  const named = as === 'reviewer' ? '{reviewer.email}' : undefined;
  const body = {
    status: random.pick(['passed', 'violation', 'suspicious', 'not_reviewed', 'suspicious', 'great']),
    comments: random.pick(commentLists),
    reviewed_by: random.pick([undefined, undefined, named, 'nobody@example.org', null]),
  };
  return [
    { as, method: 'POST', path: `~/attempt/{${name}.external}/reviewed`, body },
    { as: owner, method: 'GET', path: `~/attempt/{${name}}` },
  ];
}

/** A review by Software Secure, which has no login. */
function reviewBySecure({ name, owner }: Attempt, model: Model): Step[] {
  const { random } = model;
  const finding = { eventStart: 1, eventFinish: 2, duration: 1, comments: 'x', eventStatus: 'Suspicious' };
  const body = {
    examMetaData: random.pick([
      { examCode: `{${name}.code}`, ssiRecordLocator: `{${name}.external}` },
      { examCode: `{${name}.code}`, ssiRecordLocator: `{${name}.external}` },
      { examCode: `{${name}.code}`, ssiRecordLocator: 'OTHER' },
      { examCode: 'NOPE', ssiRecordLocator: `{${name}.external}` },
    ]),
    reviewStatus: random.pick(['Clean', 'Suspicious', 'Rules Violation', 'Not Reviewed', 'Suspicious', 'Great']),
    videoReviewLink: random.pick([undefined, 'https://video.example.org/1']),
    webCamComments: random.pick([[], [finding], [{}]]),
    desktopComments: random.pick([[], [finding]]),
  };
  const as = random.chance(0.1) ? model.caller('staff') : undefined;
  return [
    { as, method: 'POST', path: '/api/edx_proctoring/proctoring_review_callback/', body },
    { as: owner, method: 'GET', path: `~/attempt/{${name}}` },
  ];
}

/** An attempt at an exam that Software Secure proctors, if there is one. */
const secured: Generator['make'] = (model) => {
  const attempts = model.attempts.filter(({ exam }) => exam.fields.backend === 'software_secure');
  return attempts.length > 0 ? reviewBySecure(model.random.pick(attempts.slice(-6)), model) : [];
};

function ready({ name, owner }: Attempt, model: Model): Step[] {
  const as = model.caller(model.random.pick(['reviewer', 'staff', owner]), 0.05);
  return [{ as, method: 'POST', path: `~/attempt/{${name}.external}/ready` }];
}

function remove({ name, exam }: Attempt, model: Model): Step[] {
  const as = model.caller(exam.course === 'A' ? 'coach' : 'otherCoach', 0.4);
  return [{ as, method: 'DELETE', path: `~/attempt/{${name}}` }];
}

const poll = ({ name, owner }: Attempt, model: Model): Step[] => [
  { as: model.caller(owner), method: 'GET', path: `~/attempt/{${name}}` },
];

const current =
  (path: string) =>
  (model: Model): Step[] => [{ as: model.caller(model.learner(), 0.1), method: 'GET', path }];

const currentOf = (model: Model): Step[] => [
  { as: model.caller('staff', 0.2), method: 'GET', path: `~/active_attempt?user_id={${model.learner()}.id}` },
];

function sequence(exam: Exam, model: Model): Step[] {
  const query = `${queryOf(exam)}&is_learning_mfe=${model.random.pick(['true', 'no'])}`;
  const as = model.caller(model.learner(), 0.1);
  return [{ as, method: 'GET', path: `~/attempt/course_id/{${exam.course}}?${query}` }];
}

function sequenceOf(exam: Exam, model: Model): Step[] {
  const query = `${queryOf(exam)}&user_id={${model.learner()}.id}`;
  return [{ as: model.caller('staff', 0.2), method: 'GET', path: `~/attempt/course_id/{${exam.course}}?${query}` }];
}

export const attemptGenerators: Generator[] = [
  { weight: 12, make: withExam((exam, model) => create(exam, model)) },
  { weight: 24, make: withAttempt(act) },
  { weight: 12, make: withAttempt(poll) },
  { weight: 4, make: withAttempt(resume) },
  { weight: 8, make: withAttempt(review) },
  { weight: 1, make: withAttempt(reviewBySecure) },
  { weight: 4, make: secured },
  { weight: 4, make: withAttempt(ready) },
  { weight: 3, make: withAttempt(remove) },
  { weight: 4, make: current('~/attempt') },
  { weight: 3, make: current('~/active_attempt') },
  { weight: 3, make: currentOf },
  { weight: 7, make: withExam(sequence) },
  { weight: 3, make: withExam(sequenceOf) },
];
