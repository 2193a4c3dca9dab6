import { shared } from '../support/hooks.js';
import {
  contentId,
  courseId,
  openCourse,
  openService,
  type Person,
  people,
  publishedExam,
  roster,
} from '../support/service.js';

const { staff, alice, bob, teacher } = people;
const otherTeacher = { user_id: 6, preferred_username: 'other_teacher' };
const root = { user_id: 7, preferred_username: 'root', superuser: true };
const auditor = { user_id: 9, preferred_username: 'auditor', scopes: ['audit:read'] };
const operator = { user_id: 10, preferred_username: 'operator', administrator: true, superuser: true };
/** Judges attempts whose appeals others answer. */
const judge = { user_id: 11, preferred_username: 'judge', administrator: true };
const worker = { user_id: 8, preferred_username: 'retirement_worker' };
const roles: Record<string, Person | undefined> = {
  Anonymous: undefined,
  Self: alice,
  Other: bob,
  CourseStaff: teacher,
  GlobalStaff: staff,
  /** The following roles are not in the reference's matrix. */
  OtherCourseStaff: otherTeacher,
  Superuser: root,
  Reviewer: people.reviewer,
  RetirementWorker: worker,
  Auditor: auditor,
  StaffSuperuser: operator,
};
const otherCourse = 'course-v1:OrgX+Other+2031';
const emptyCourse = 'course-v1:OrgX+Empty+2031';

/**
 * A cell is the expected status. `403` has the sentence about staff or credentials, `403d` another sentence, `403e` an empty
 * body, `403c` the sentence that the course cannot be determined, and `-` that the person is not asked.
 */
type Row = { method: string; path: string; cells: string; body?: object; given?: Given };
type Given = 'errored' | 'nothing' | 'submitted' | 'rejected' | 'appealed';

const row = (method: string, path: string, cells: string, more: Partial<Row> = {}): Row => ({
  method,
  path,
  cells,
  ...more,
});
const exam = { exam_id: '{exam}' };
const allowance = { ...exam, user_info: 'alice', key: 'additional_time_granted', value: '5' };
const bulk = { exam_ids: '{exam:text}', user_ids: 'alice', allowance_type: 'additional_time_granted', value: '5' };
const newExam = {
  ...publishedExam('new'),
  content_id: '{new}',
  external_id: 'at the provider',
};
const resume = { action: 'mark_ready_to_resume' };
const reason = { reason: 'Notes on the desk' };
const subscription = 'mail';
const unknownEvent = '00000000-0000-4000-8000-000000000000';
const review = { status: 'passed', comments: [] };

const dashboard = '/api/instructor/v2/courses/{C}/special_exams';
const settings = '/api/instructor/v2/courses/{C}/proctoring_settings';

// The first five columns are the roles of rest-api.md §6. The others: staff of another course, superuser, reviewer,
// retirement worker, auditor, a superuser who is global staff.
//                                                    Anon Self Other Staff Global | Other Super Review Worker Auditor Both
const matrix: Row[] = [
  row('POST', '~/exam', '403  403  403  403  200    403  403  403  403  403  200', { body: newExam }),
  row('PUT', '~/exam', '403  403  403  403  200    403  403  403  403  403  200', {
    body: { ...exam, exam_name: 'x' },
  }),
  row('GET', '~/exam', '403  405  405  405  405    405  405  405  405  405  405'),
  row('GET', '~/exam/exam_id/{exam}', '403  200  200  200  200    200  200  200  200  200  200'),
  row('POST', '~/exam/exam_id/{exam}', '403  403  403  403  405    403  403  403  403  403  405'),
  row('PUT', '~/exam/exam_id/{exam}', '403  403  403  403  405    403  403  403  403  403  405'),
  row('GET', '~/exam/course_id/{C}/content_id/{content%}', '403  200  200  200  200    200  200  200  200  200  200'),
  row('POST', '~/exam/course_id/{C}/content_id/{content%}', '403  403  403  403  405    403  403  403  403  403  405'),
  row('PUT', '~/exam/course_id/{C}/content_id/{content%}', '403  403  403  403  405    403  403  403  403  403  405'),
  row('GET', '~/exam/course_id/{C}', '403  200  200  200  200    200  200  200  200  200  200'),
  row('POST', '~/exam/course_id/{C}', '403  403  403  403  405    403  403  403  403  403  405'),
  row('PUT', '~/exam/course_id/{C}', '403  403  403  403  405    403  403  403  403  403  405'),
  row(
    'PATCH',
    `~/exam_registration/course_id/${emptyCourse}`,
    '403  403  403  403  200    403  403  403  403  403  200',
    {
      body: [],
    },
  ),
  row('GET', '/api/exams/v1/courses/{C}/exams', '403  403  403  200  200    403  403  403  403  403  200'),
  row('GET', '/api/exams/v1/courses/{C}/review-outcomes', '403  403  403  200  200    403  403  403  403  403  200'),
  row('GET', '/api/exams/v1/exams/{exam}', '403  403  403  200  200    403  403  403  403  403  200'),
  row('GET', '/api/exams/v1/exams/{exam}/changes', '403  403  403  200  200    403  403  403  403  403  200'),
  row('GET', '~/attempt/{attempt}', '403  200  403d 403d 403d   403d 403d 403d 403d 403d 403d'),
  row('GET', '~/attempt/999999', '403  400  400  400  400    400  400  400  400  400  400'),
  row('PUT', '~/attempt/{attempt}', '403  200  403d 403d 403d   403d 403d 403d 403d 403d 403d', {
    body: { action: 'submit' },
  }),
  row('PUT', '~/attempt/{attempt}', '403  403d 403d 403d 403d   403d 403d 403d 403d 403d 403d', {
    body: { action: 'submit', user_id: alice.user_id },
  }),
  // Learners cannot allow their own resume: a deliberate difference.
  row('PUT', '~/attempt/{attempt}', '403  403d 403d 403d 403d   403d 403d 403d 403d 403d 403d', {
    body: resume,
    given: 'errored',
  }),
  row('PUT', '~/attempt/{attempt}', '403  403d 403d 200  200    403d 403d 403d 403d 403d 200', {
    body: { ...resume, user_id: alice.user_id },
    given: 'errored',
  }),
  row('PUT', '~/attempt/999999', '403  400  400  400  400    400  400  400  400  400  400', {
    body: { action: 'submit' },
  }),
  row('DELETE', '~/attempt/{attempt}', '403  403  403  200  200    403  403  403  403  403  200'),
  row('DELETE', '~/attempt/999999', '403  400  400  400  400    400  400  400  400  400  400'),
  row('GET', '~/attempt/grouped/course_id/{C}', '403  403  403  200  200    403  403  403  403  403  200'),
  row('GET', '~/attempt/grouped/course_id/{C}/search/alice', '403  403  403  200  200    403  403  403  403  403  200'),
  row('GET', '~/attempt', '403  200  200  200  200    200  200  200  200  200  200'),
  row('POST', '~/attempt', '403  200  200  200  200    200  200  200  200  200  200', { body: exam, given: 'nothing' }),
  row('PUT', '~/attempt/{attempt}/review_status', '403  200  403d 403d 403d   403d 403d 403d 403d 403d 403d'),
  // Not every user may report that an attempt is ready: a deliberate difference.
  row('POST', '~/attempt/{external}/ready', '403  200  403d 200  200    403d 200  200  403d 403d 200'),
  row('POST', '~/attempt/{external}/reviewed', '403  403e 403e 403e 200    403e 200  200  403e 403e 200', {
    body: review,
  }),
  row('POST', '~/attempt/unknown/reviewed', '403  400  400  400  400    400  400  400  400  400  400', {
    body: review,
  }),
  row('GET', '~/{C}/allowance', '403  403  403  200  200    403  403  403  403  403  200'),
  row('PUT', '~/{C}/allowance', '403  403  403  405  405    403  403  403  403  403  405'),
  row('DELETE', '~/{C}/allowance', '403  403  403  405  405    403  403  403  403  403  405'),
  row('PUT', '~/allowance', '403  403  403  200  200    403  403  403  403  403  200', { body: allowance }),
  row('PUT', '~/allowance', '403  403c 403c 403c 400    403c 403c 403c 403c 403c 400', {
    body: { ...allowance, exam_id: undefined },
  }),
  row('DELETE', '~/allowance', '403  403  403  200  200    403  403  403  403  403  200', {
    body: { ...exam, user_id: alice.user_id, key: 'additional_time_granted' },
  }),
  row('DELETE', '~/allowance', '403  403c 403c 403c 200    403c 403c 403c 403c 403c 200', {
    body: { user_id: alice.user_id },
  }),
  row('GET', '~/allowance', '403  403c 403c 403c 405    403c 403c 403c 403c 403c 405'),
  row('PUT', '~/{C}/bulk_allowance', '403  403  403  200  200    403  403  403  403  403  200', { body: bulk }),
  row('PUT', '~/bulk_allowance', '403  403  403  200  200    403  403  403  403  403  200', { body: bulk }),
  row('PUT', '~/bulk_allowance', '403  403c 403c 403c 400    403c 403c 403c 403c 403c 400', {
    body: { ...bulk, exam_ids: '' },
  }),
  row('GET', '~/{C}/grouped/allowance', '403  403  403  200  200    403  403  403  403  403  200'),
  // Only the learner and staff may read running exams: a deliberate difference. Course staff must name the course.
  row(
    'GET',
    `~/active_exams_for_user?user_id=${alice.user_id}`,
    '403  200  403  403  200    403  403  403  403  403  200',
  ),
  row(
    'GET',
    `~/active_exams_for_user?user_id=${alice.user_id}&course_id={C%}`,
    '403  200  403  200  200    403  403  403  403  403  200',
  ),
  row('GET', '/v1/user_onboarding/status?course_id={C%}', '403  200  200  200  200    200  200  200  200  200  200'),
  row(
    'GET',
    '/v1/user_onboarding/status?course_id={C%}&username=alice',
    '403  200  403  200  200    403  403  403  403  403  200',
  ),
  row(
    'GET',
    '/v1/user_onboarding/status/panel?course_id={C%}',
    '403  200  200  200  200    200  200  200  200  200  200',
  ),
  row(
    'GET',
    '/v1/user_onboarding/status/panel?course_id={C%}&username=alice',
    '403  200  403  200  200    403  403  403  403  403  200',
  ),
  row('GET', '/v1/user_onboarding/status/course_id/{C}', '403  403  403  200  200    403  403  403  403  403  200'),
  ...['learners', 'allowances', 'onboarding', 'running-attempts', 'attempts', 'appeals'].map((list) =>
    row('GET', `/api/exams/v1/courses/{C%}/${list}`, '403  403  403  200  200    403  403  403  403  403  200'),
  ),
  ...['allowances', 'allowances/preview'].map((path) =>
    row('POST', `/api/exams/v1/courses/{C%}/${path}`, '403  403  403  200  200    403  403  403  403  403  200', {
      body: { exam_ids: ['{exam}'], learners: ['alice'], allowance_type: 'additional_time_granted', value: '5' },
    }),
  ),
  row('GET', '/v1/instructor/{C}', '403  403  403  302  302    403  403  403  403  403  302'),
  row('GET', '/v1/instructor/{C}/{exam}', '403  403  403  302  302    403  403  403  403  403  302'),
  row('POST', '/v1/retire_backend_user/777/', '403  403e 403e 403e 403e   403e 200  403e 200  403e 200'),
  row('POST', '/v1/retire_user/777/', '403  403e 403e 403e 403e   403e 204  403e 204  403e 204'),
  row(
    'GET',
    '~/attempt/course_id/{C}?content_id={content%}',
    '403  200  200  200  200    200  200  200  200  200  200',
  ),
  row(
    'GET',
    `~/attempt/course_id/{C}?content_id={content%}&user_id=${alice.user_id}`,
    '403  403  403  403  200    403  403  403  403  403  200',
  ),
  ...['student_view', 'attempt_status_summary'].flatMap((view) => [
    row(
      'GET',
      `~/${view}/course_id/{C}?content_id={content%}`,
      '403  200  200  200  200    200  200  200  200  200  200',
    ),
    row(
      'GET',
      `~/${view}/course_id/{C}?content_id={content%}&user_id=${alice.user_id}`,
      '403  403  403  403  200    403  403  403  403  403  200',
    ),
  ]),
  row(
    'GET',
    '~/student_view/course_id/{C}?content_id={content%}&user_role=staff',
    '403  403  403  200  200    403  403  403  403  403  200',
  ),
  row('GET', '~/active_attempt', '403  200  200  200  200    200  200  200  200  200  200'),
  row('GET', `~/active_attempt?user_id=${alice.user_id}`, '403  403  403  403  200    403  403  403  403  403  200'),
  row('GET', '~/settings/exam_id/{exam}/', '403  200  200  200  200    200  200  200  200  200  200'),
  row('GET', '~/review_policy/exam_id/{exam}/', '403  200  200  200  200    200  200  200  200  200  200'),
  ...['GET', 'POST'].map((method) =>
    row(
      method,
      '/proctoring_launch_callback/start_exam/{code}',
      '302  302  302  302  302    302  302  302  302  302  302',
    ),
  ),
  row(
    'GET',
    '/proctoring_launch_callback/start_exam/unknown',
    '404  404  404  404  404    404  404  404  404  404  404',
  ),
  row('POST', '/proctoring_review_callback/', '403d 403d 403d 403d 403d   403d 403d 403d 403d 403d 403d', { body: {} }),
  row('POST', '/proctoring_review_callback/no-secret/', '403d 403d 403d 403d 403d   403d 403d 403d 403d 403d 403d', {
    body: {},
  }),
  row(
    'DELETE',
    `~/exam_id/{exam}/user_id/${alice.user_id}/reset_attempts`,
    '403  403  403  200  200    403  403  403  403  403  200',
  ),
  row(
    'DELETE',
    `~/exam_id/{exam}/user_id/${bob.user_id}/reset_attempts`,
    '403  403  403  404  404    403  403  403  403  403  404',
  ),
  row(
    'DELETE',
    `~/exam_id/999999/user_id/${bob.user_id}/reset_attempts`,
    '403  400  400  400  404    400  400  400  400  400  404',
  ),
  row('GET', '/api/exams/v1/me', '403  200  200  200  200    200  200  200  200  200  200'),
  row('GET', '/api/exams/v1/courses', '403  200  200  200  200    200  200  200  200  200  200'),
  ...['attempts', 'onboarding'].map((list) =>
    row('GET', `/api/exams/v1/me/${list}`, '403  200  200  200  200    200  200  200  200  200  200'),
  ),
  ...['', '/timeline'].map((part) =>
    row('GET', `/api/exams/v1/me/attempts/{attempt}${part}`, '403  200  404  404  404    404  404  404  404  404  404'),
  ),
  // The worker signs the receipt later.
  row('GET', '/api/exams/v1/me/attempts/{attempt}/receipt', '403  202  404  404  404    404  404  404  404  404  404', {
    given: 'submitted',
  }),
  row('GET', '/api/exams/v1/me/attempts/{attempt}/appeal', '403  200  404  404  404    404  404  404  404  404  404', {
    given: 'appealed',
  }),
  row('POST', '/api/exams/v1/me/attempts/{attempt}/appeal', '403  200  404  404  404    404  404  404  404  404  404', {
    body: reason,
    given: 'rejected',
  }),
  row('GET', '/api/exams/v1/attempts/{attempt}', '403  403  403  200  200    403  403  403  403  403  200'),
  row('GET', '/api/exams/v1/attempts/{attempt}/appeal', '403  403  403  200  200    403  403  403  403  403  200', {
    given: 'appealed',
  }),
  ...['verify', 'reject'].map((action) =>
    row(
      'POST',
      `/api/exams/v1/attempts/{attempt}/${action}`,
      '403  403  403  200  200    403  403  403  403  403  200',
      {
        body: reason,
        given: 'submitted',
      },
    ),
  ),
  row(
    'POST',
    '/api/exams/v1/attempts/{attempt}/appeal/answer',
    '403  403  403  200  200    403  403  403  403  403  200',
    { body: { ...reason, upheld: false }, given: 'appealed' },
  ),
  // The stream of those who may read it does not end.
  row(
    'GET',
    '/api/exams/v1/courses/{C%}/running-attempts/changes',
    '403  403  403  -    -      403  403  403  403  403  -',
  ),
  ...Object.entries({
    'extra-time': { seconds: 60, ...reason },
    'extra-time/take-back': { grant_id: 'none' },
    pause: {},
    'end-pause': {},
    submit: {},
    error: {},
    message: { text: 'Please switch the light on.' },
  }).map(([action, more]) =>
    row(
      'POST',
      `/api/exams/v1/courses/{C%}/running-attempts/${action}`,
      '403  403  403  200  200    403  403  403  403  403  200',
      { body: { attempt_ids: ['{attempt}'], ...more } },
    ),
  ),
  ...['history', 'state', 'diff', 'deliveries', 'consequences', 'proofs', 'chain', 'events'].map((part) =>
    row('GET', `/api/audit/v1/attempts/{attempt}/${part}`, '403  403  403  200  200    403  403  403  403  200  200'),
  ),
  // No checkpoint is signed.
  ...['evidence', 'evidence/timeline'].map((file) =>
    row('GET', `/api/audit/v1/attempts/{attempt}/${file}`, '403  403  403  202  202    403  403  403  403  202  202'),
  ),
  row(
    'GET',
    '/api/audit/v1/attempts/{attempt}/evidence?personal=true',
    '403  403  403  202  202    403  403  403  403  403d 202',
  ),
  row('GET', '/api/audit/v1/attempts/{attempt}/proof', '403  403  403  404  404    403  403  403  403  404  404'),
  ...['attempts', 'allowances', 'onboarding', 'what-if?second_review=true'].map((list) =>
    row('GET', `/api/audit/v1/courses/{C%}/${list}`, '403  403  403  200  200    403  403  403  403  200  200'),
  ),
  ...['attempts', 'allowances', 'onboarding'].map((list) =>
    row(
      'GET',
      `/api/audit/v1/users/${alice.user_id}/${list}`,
      '403  403  403  403  200    403  403  403  403  200  200',
    ),
  ),
  // The learner is not retired.
  row('GET', `/api/audit/v1/erasures/${alice.user_id}`, '403  403  403  403  404    403  403  403  403  404  404'),
  ...['events', 'access', 'access/search'].map((log) =>
    row('GET', `/api/audit/v1/${log}`, '403  403  403  403  200    403  403  403  403  200  200'),
  ),
  // Staff of a course find the events of their own courses.
  row('GET', '/api/audit/v1/events/search', '403  403c 403c 200  200    200  403c 403c 403c 200  200'),
  row('GET', '/api/audit/v1/events/search?course_id={C%}', '403  403  403  200  200    403  403  403  403  200  200'),
  row('GET', '/api/audit/v1/events/{event}/consequences', '403  403  403  200  200    403  403  403  403  200  200'),
  ...['subscriptions', 'providers', 'system', 'health', 'settings'].map((state) =>
    row('GET', `/api/operations/v1/${state}`, '403  403  403  403  200    403  403  403  403  403  200'),
  ),
  ...['dead-letters', 'dead-letters/actions', 'callbacks'].map((list) =>
    row('GET', `/api/operations/v1/${list}`, '403  403  403  403  200    403  403  403  403  403  200'),
  ),
  ...['deliveries', 'deliveries/waiting'].map((list) =>
    row(
      'GET',
      `/api/operations/v1/${list}?subscription=${subscription}`,
      '403  403  403  403  200    403  403  403  403  403  200',
    ),
  ),
  ...[`dead-letters/${unknownEvent}`, 'callbacks/999999'].map((unknown) =>
    row('GET', `/api/operations/v1/${unknown}`, '403  403  403  403  404    403  403  403  403  403  404'),
  ),
  // Staff who are no superusers read only.
  row('POST', '/api/operations/v1/dead-letters/retry', '403  403  403  403  403d   403  403  403  403  403  202', {
    body: { subscription },
  }),
  row(
    'POST',
    `/api/operations/v1/dead-letters/${unknownEvent}/skip`,
    '403  403  403  403  403d   403  403  403  403  403  404',
    { body: { subscription, ...reason } },
  ),
  ...['replay', 'discard'].map((action) =>
    row(
      'POST',
      `/api/operations/v1/callbacks/999999/${action}`,
      '403  403  403  403  403d   403  403  403  403  403  404',
    ),
  ),
  // edx-exams answers 401 without a login. The course has no provider, so its list of exams is not found.
  row('GET', '/api/v1/exams/course_id/{C}', '401  403d 403d 404  404    403d 403d 403d 403d 403d 404'),
  row('PATCH', '/api/v1/exams/course_id/{C}', '401  403d 403d 422  422    403d 403d 403d 403d 403d 422', { body: {} }),
  row('GET', '/api/v1/configs/course_id/{C}', '401  200  200  200  200    200  200  200  200  200  200'),
  row('PATCH', '/api/v1/configs/course_id/{C}', '401  403d 403d 204  204    403d 403d 403d 403d 403d 204', {
    body: { provider: null, escalation_email: null },
  }),
  row(
    'GET',
    '/api/v1/exam/provider_settings/course_id/{C}/exam_id/{exam}',
    '401  200  200  200  200    200  200  200  200  200  200',
  ),
  row('GET', '/api/v1/student/course_id/{C}/onboarding', '401  200  200  200  200    200  200  200  200  200  200'),
  row(
    'GET',
    '/api/v1/student/course_id/{C}/onboarding?username=alice',
    '401  200  403  200  200    403  403  403  403  403  200',
  ),
  row('GET', '/api/v1/access_tokens/exam_id/{exam}', '401  403d 403d 200  200    403d 403d 403d 403d 403d 200'),
  row('POST', '/api/v1/access_tokens/exam_id/{exam}', '401  403d 403d 405  405    403d 403d 403d 403d 403d 405'),
  row('POST', '/api/v1/exams/attempt', '401  200  200  200  200    200  200  200  200  200  200', {
    body: exam,
    given: 'nothing',
  }),
  // Staff judge, and do nothing that is the learner's.
  row('PUT', '/api/v1/exams/attempt/{attempt}', '401  200  403d 400  400    403d 403d 403d 403d 403d 400', {
    body: { action: 'submit' },
  }),
  row('PUT', '/api/v1/exams/attempt/{attempt}', '401  400  403d 200  200    403d 403d 403d 403d 403d 200', {
    body: { action: 'verify' },
  }),
  // The exam has no LTI tool, so the answer to people with the right is 400, or 302 at the end.
  row('GET', '/lti/start_proctoring/{attempt}', '401  400  403d 403d 403d   403d 403d 403d 403d 403d 403d'),
  row('GET', '/lti/end_assessment/{attempt}', '401  302  403d 403d 403d   403d 403d 403d 403d 403d 403d'),
  row('GET', '/lti/exam/{exam}/instructor_tool', '401  403e 403e 400  400    403e 403e 403e 403e 403e 400'),
  row('DELETE', '/api/v1/exams/attempt/{attempt}', '401  204  403d 204  204    403d 403d 403d 403d 403d 204'),
  row('DELETE', '/api/v1/exams/attempt/{attempt}', '401  403d 403d 204  204    403d 403d 403d 403d 403d 204', {
    given: 'submitted',
  }),
  row('GET', '/api/v1/exams/attempt/latest', '401  200  200  200  200    200  200  200  200  200  200'),
  row(
    'GET',
    '/api/v1/student/exam/attempt/course_id/{C}/content_id/{content}',
    '401  200  200  200  200    200  200  200  200  200  200',
  ),
  row('GET', '/api/v1/exams/course_id/{C}/allowances', '401  403d 403d 200  200    403d 403d 403d 403d 403d 200'),
  row('POST', '/api/v1/exams/course_id/{C}/allowances', '401  403d 403d 200  200    403d 403d 403d 403d 403d 200', {
    body: [{ username: 'alice', exam_id: '{exam}', extra_time_mins: 5 }],
  }),
  row(
    'DELETE',
    '/api/v1/exams/course_id/{C}/allowances/999999',
    '401  403d 403d 404  404    403d 403d 403d 403d 403d 404',
  ),
  row(
    'GET',
    '/api/v1/instructor_view/course_id/{C}/attempts?exam_id={exam}',
    '401  403d 403d 200  200    403d 403d 403d 403d 403d 200',
  ),
  // The instructor API looks for the course and the right before anything else, and answers 401 without a login.
  ...['', '/{exam}', '/attempts', '/{exam}/attempts', '/allowances'].map((list) =>
    row('GET', `${dashboard}${list}`, '401  403d 403d 200  200    403d 403d 403d 403d 403d 200'),
  ),
  row('GET', settings, '401  403d 403d 200  200    403d 403d 403d 403d 403d 200'),
  row('PATCH', settings, '401  403d 403d 200  200    403d 403d 403d 403d 403d 200', { body: {} }),
  row('POST', `${dashboard}/{exam}/reset/alice`, '401  403d 403d 200  200    403d 403d 403d 403d 403d 200'),
  row('POST', `${dashboard}/allowances`, '401  403d 403d 200  200    403d 403d 403d 403d 403d 200', {
    body: { exam_ids: ['{exam}'], user_ids: ['alice'], allowance_type: 'additional_time_granted', value: '5' },
  }),
  row('POST', `${dashboard}/{exam}/allowance`, '401  403d 403d 200  200    403d 403d 403d 403d 403d 200', {
    body: { user_ids: ['alice'], allowance_type: 'additional_time_granted', value: '5' },
  }),
  row('DELETE', `${dashboard}/{exam}/allowance`, '401  403d 403d 200  200    403d 403d 403d 403d 403d 200', {
    body: { user_ids: [alice.user_id], allowance_type: 'additional_time_granted' },
  }),
  row('PUT', '/api/lms/v1/roster', '403  403  403  403  200    403  403  403  403  403  200', { body: { users: [] } }),
  row('PUT', '/api/lms/v1/exams/{exam}/review_policy', '403  403  403  403  200    403  403  403  403  403  200', {
    body: { review_policy: 'No notes' },
  }),
];

const service = shared(() => {
  const more = Object.values(roles).flatMap((person) =>
    person ? { id: person.user_id, username: person.preferred_username, email: `${person.user_id}@example.org` } : [],
  );
  return openCourse(
    { onboarding: { is_practice_exam: true } },
    {
      settings: { PROCTORED_EXAM_VIEWABLE_PAST_DUE: true },
      roster: {
        ...roster,
        users: [...roster.users, ...more.filter(({ id }) => !roster.users.some((user) => user.id === id))],
        courses: [...roster.courses, { course_id: otherCourse, display_name: 'Other' }],
        course_staff: [...roster.course_staff, { user: 'other_teacher', course_id: otherCourse }],
      },
    },
  );
});

const at = (path: string) =>
  /^\/(api|lti)\//.test(path) ? path : `/api/edx_proctoring${path.replace(/^~/, '/v1/proctored_exam')}`;
let lastContent = 0;

/** Creates an exam, and an attempt of alice unless the row needs none. Answers a function that fills in the names of a row. */
async function scenario(given?: Given): Promise<(text: string) => string> {
  const content = contentId(`exam${++lastContent}`);
  const body = { ...newExam, content_id: content };
  const { exam_id } = (await service.request(staff, 'POST', at('~/exam'), body)).body;
  const attempt = given === 'nothing' ? {} : await attemptAt(exam_id);
  for (const [person, method, path, sent] of stepsTo(given, attempt.id))
    expect(await service.request(person, method, at(path), sent)).toMatchObject({ status: 200 });
  expect(exam_id).toEqual(expect.any(Number));
  const [event] = await service.query('select id from events where type = $1 limit 1', ['AttemptCreated']);
  const values: Record<string, unknown> = {
    C: courseId,
    exam: exam_id,
    attempt: attempt.id,
    event: event?.id,
    external: attempt.external_id,
    code: attempt.attempt_code,
    content,
    new: contentId(`exam${++lastContent}`),
  };
  return (text) =>
    text
      .replace(/"\{(exam|attempt)\}"/g, (_, name) => String(values[name]))
      .replace(/\{(\w+)(%|:text)?\}/g, (_, name, encoded) =>
        encoded === '%' ? encodeURIComponent(String(values[name])) : String(values[name]),
      );
}

/** The requests that bring alice's attempt there. */
function stepsTo(given: Given | undefined, id: number): [Person, string, string, object][] {
  const path = `~/attempt/${id}`;
  if (given === 'errored') return [[alice, 'PUT', path, { action: 'error' }]];
  const submit: [Person, string, string, object][] = [
    [alice, 'PUT', path, { action: 'start' }],
    [alice, 'PUT', path, { action: 'submit' }],
  ];
  if (given === 'submitted') return submit;
  if (given === 'rejected') return [...submit, [judge, 'POST', `/api/exams/v1/attempts/${id}/reject`, reason]];
  if (given !== 'appealed') return [];
  return [...stepsTo('rejected', id), [alice, 'POST', `/api/exams/v1/me/attempts/${id}/appeal`, reason]];
}

/** Reads change nothing, so they share one scenario for each `given`. */
const scenariosOfReads = new Map<Given | undefined, ReturnType<typeof scenario>>();
function scenarioOf({ method, given }: Row): ReturnType<typeof scenario> {
  if (!['GET', 'HEAD'].includes(method)) return scenario(given);
  const known = scenariosOfReads.get(given) ?? scenario(given);
  scenariosOfReads.set(given, known);
  return known;
}

async function attemptAt(examId: number) {
  return (await service.request(alice, 'GET', at(`~/attempt/${await service.createAttempt(alice, examId)}`))).body;
}

/** The cell of the matrix for an answer. */
function cellOf({ status, body }: { status: number; body: any }): string {
  if (status !== 403) return String(status);
  if (body === '') return '403e';
  if (body.detail === 'could not determine the course_id') return '403c';
  const isPlain = /^(Must be a Staff User to Perform this request|Authentication credentials were not provided)\.$/;
  return isPlain.test(body.detail) ? '403' : '403d';
}

const ask = async (row: Row, person: Person | undefined) => {
  const { method, path, body } = row;
  const fill = await scenarioOf(row);
  const sent = body === undefined ? undefined : JSON.parse(fill(JSON.stringify(body)));
  return service.request(person, method, fill(at(path)), sent);
};

describe.each(matrix)('$method $path $body', (row) => {
  const cells = row.cells.split(/ +/);
  const asking = Object.keys(roles).flatMap((role, index) =>
    cells[index] === '-' ? [] : { role, cell: cells[index] },
  );
  it.each(asking)('$role gets $cell', async ({ role, cell }) => {
    expect(cellOf(await ask(row, roles[role]))).toBe(cell);
  });

  if (row.method === 'GET')
    it.each(asking)('$role gets the same status for HEAD', async ({ role }) => {
      const [get, head] = [await ask(row, roles[role]), await ask({ ...row, method: 'HEAD' }, roles[role])];
      expect(head.status).toBe(get.status);
    });
});

describe('every route of the reference', () => {
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

  it('refuses all other methods', async () => {
    const fill = await scenario();
    for (const path of new Set(matrix.map(({ path }) => fill(at(path.split('?')[0]))))) {
      const { headers } = await service.request(staff, 'OPTIONS', path);
      for (const method of methods.filter((each) => !String(headers.allow).split(', ').includes(each))) {
        const where = `${method} ${path}`;
        const isSurface = /^\/(api\/(instructor|v1)|lti)\//.test(path);
        // On a surface, a caller without the right is refused before the method is.
        for (const person of isSurface ? [teacher, staff] : [alice, teacher, staff])
          expect([where, await service.request(person, method, path)]).toMatchObject([
            where,
            { status: 405, body: { detail: `Method "${method}" not allowed.` }, headers: { allow: headers.allow } },
          ]);
        const anonymous = isSurface ? '401' : /_callback\//.test(path) ? '405' : '403'; // callbacks need no login
        expect([where, cellOf(await service.request(undefined, method, path))]).toEqual([where, anonymous]);
      }
    }
  });
});

const parametersOf = ({ path }: { path: string }) => path.split('{').length;

it('every operation that is not for anyone is in the matrix', async () => {
  const { paths } = (await service.request(staff, 'GET', '/docs-json')).body;
  const operations = Object.entries<Record<string, any>>(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { operationId, 'x-gate': gate }]) => ({
      id: operationId as string,
      isForAnyone: gate === 'anyone',
      method: method.toUpperCase(),
      path,
      pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
    })),
  );
  const fill = await scenario();
  const asked = matrix.map(({ method, path }) => {
    const concrete = fill(at(path.split('?')[0]));
    const fitting = operations.filter((each) => each.method === method && each.pattern.test(concrete));
    // A fixed path wins over one with a parameter.
    return fitting.toSorted((a, b) => parametersOf(a) - parametersOf(b))[0]?.id;
  });
  const missing = operations.filter(({ id, isForAnyone }) => !isForAnyone && !asked.includes(id));
  expect(missing.map(({ id }) => id)).toEqual([]);
});

describe('the review status, if the setting hides exams after their due date', () => {
  it('cannot be acknowledged', async () => {
    const hiding = await openService();
    try {
      for (const person of [alice, bob, teacher, staff])
        expect(await hiding.request(person, 'PUT', at('~/attempt/1/review_status'))).toMatchObject({
          status: 404,
          body: { detail: 'Cannot update attempt review status' },
        });
    } finally {
      await hiding.close();
    }
  });
});
