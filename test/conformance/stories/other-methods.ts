import { exams, proctored, type Story, step } from '../step.js';

/** Every path of the reference. */
const paths = [
  '~/exam',
  '~/exam/exam_id/{exam}',
  '~/exam/course_id/{A}/content_id/simple',
  '~/exam/course_id/{A}',
  '~/exam_registration/course_id/{A}',
  '~/attempt/{attempt}',
  '~/attempt/grouped/course_id/{A}',
  '~/attempt/grouped/course_id/{A}/search/x',
  '~/attempt',
  '~/attempt/{attempt}/review_status',
  '~/attempt/x/ready',
  '~/attempt/x/reviewed',
  '~/{A}/allowance',
  '~/allowance',
  '~/{A}/bulk_allowance',
  '~/bulk_allowance',
  '~/{A}/grouped/allowance',
  '~/active_exams_for_user',
  '~~/user_onboarding/status',
  '~~/user_onboarding/status/course_id/{A}',
  '~~/instructor/{A}',
  '~~/retire_backend_user/{alice.id}/',
  '~~/retire_user/{alice.id}/',
  '~/attempt/course_id/{A}',
  '~/active_attempt',
  '~/settings/exam_id/{exam}/',
  '~/review_policy/exam_id/{exam}/',
  '~/exam_id/{exam}/user_id/{alice.id}/reset_attempts',
  '~~/instructor/{A}/{exam}',
];

const describing: Story = {
  name: 'each path answers OPTIONS and refuses other methods',
  steps: [
    exams({ exam: proctored }),
    step(
      'alice POST ~/attempt',
      200,
      { exam_id: '{exam}', attempt_proctored: 'true' },
      { keep: { attempt: 'exam_attempt_id' } },
    ),
    ...paths.flatMap((path) => [
      step(`alice OPTIONS ${path}`, 200),
      step(`nobody OPTIONS ${path}`, 403),
      step(`alice PATCH ${path}`, path.includes('registration') ? 403 : 405),
      step(`nobody PATCH ${path}`, 403),
      step(`alice OPTIONS ${path}?format=xml`, 404),
      step(`alice OPTIONS ${path}`, 406, undefined, { headers: { Accept: 'text/html' } }),
      step(`alice TRACE ${path}`, 405),
    ]),
    ...['~/{A}/allowance', '~/{A}/grouped/allowance', '~/attempt/grouped/course_id/{A}', '~~/instructor/{A}'].flatMap(
      (path) => [step(`coach HEAD ${path}`, path.includes('instructor') ? 302 : 200), step(`alice HEAD ${path}`, 403)],
    ),
    ...['~/settings/exam_id/{exam}/', '~/review_policy/exam_id/{exam}/', '~/active_exams_for_user'].flatMap((path) => [
      step(`alice HEAD ${path}`, 200),
      step(`nobody HEAD ${path}`, 403),
    ]),
    step('alice HEAD ~~/user_onboarding/status', 400),
    step('coach HEAD ~~/user_onboarding/status/course_id/{A}', 404),
  ],
};

export const otherMethodStories = [describing];
