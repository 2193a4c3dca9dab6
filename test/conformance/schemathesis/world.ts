import { signToken } from '#configuration';
import { type Claims } from '#roster';

const secret = 'a secret of the test of the document, long enough for HS256';

const courseId = 'course-v1:OrgX+Demo+2031';
const contentId = (name: string) => `block-v1:OrgX+Demo+2031+type@sequential+block@${name}`;
const names = Array.from({ length: 8 }, (_, index) => `exam${index}`);
// No generated roster has these ids. Otherwise a roster would make the staff inactive at some time.
const learners = [
  { user_id: 715_302, preferred_username: 'alice' },
  { user_id: 715_303, preferred_username: 'bob' },
];

/** The callers in order. Staff and anonymous come last, because staff delete things. */
export const callers: { name: string; claims?: Claims }[] = [
  { name: 'learner', claims: learners[0] },
  { name: 'teacher', claims: { user_id: 715_304, preferred_username: 'teacher' } },
  { name: 'staff', claims: { user_id: 715_301, preferred_username: 'staff', administrator: true, superuser: true } },
  { name: 'anonymous' },
];

/** Values for parameters and for fields of a body, by names such as `path.examId`. */
export type Values = Record<string, (string | number)[]>;

const issued = { audience: 'exam-proctoring', issuer: 'schemathesis' };
export const tokenSettings = { JWT_SECRET: secret, JWT_AUDIENCE: issued.audience, JWT_ISSUER: issued.issuer };

export const authorizationOf = async (claims: Claims) => `JWT ${await signToken(secret, claims, issued)}`;

/** Fills an empty service by HTTP. Answers values with which requests name things that exist. */
export async function fill(url: string): Promise<Values> {
  const send = async (as: Claims, method: string, path: string, body?: object): Promise<any> => {
    const headers = { authorization: await authorizationOf(as), 'content-type': 'application/json' };
    const answer = await fetch(`${url}${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const staff = callers.find(({ name }) => name === 'staff')!.claims!;
  const proctoring = '/api/edx_proctoring/v1/proctored_exam';

  await send(staff, 'PUT', '/api/lms/v1/roster', {
    users: [staff, callers[1].claims!, ...learners].map(({ user_id, preferred_username }) => ({
      id: user_id,
      username: preferred_username,
      email: `${preferred_username}@example.org`,
    })),
    courses: [{ course_id: courseId, display_name: 'Demo' }],
    enrollments: learners.map(({ user_id }) => ({ user: user_id, course_id: courseId, mode: 'verified' })),
    course_staff: [{ user: 'teacher', course_id: courseId }],
    credit_requirements: [{ course_id: courseId, namespace: 'proctored_exam', name: contentId('exam1'), order: 1 }],
  });
  const exams: { exam_id: number }[] = await send(
    staff,
    'PATCH',
    `${proctoring}/exam_registration/course_id/${courseId}`,
    names.map((name, index) => ({
      course_id: courseId,
      content_id: contentId(name),
      exam_name: name,
      time_limit_mins: 30,
      is_proctored: index % 4 !== 0,
      is_practice_exam: index % 4 === 3,
      is_active: true,
      hide_after_due: false,
    })),
  );
  const examIds = exams.map(({ exam_id }) => exam_id);

  const attemptIds: number[] = [];
  for (const [index, exam_id] of examIds.entries())
    for (const learner of learners) {
      const attempt_proctored = String(index % 4 !== 0);
      const { exam_attempt_id } = await send(learner, 'POST', `${proctoring}/attempt`, { exam_id, attempt_proctored });
      attemptIds.push(exam_attempt_id);
    }
  const act = (index: number, action: string) =>
    send(learners[index % 2], 'PUT', `${proctoring}/attempt/${attemptIds[index]}`, { action });
  for (const index of [2, 3, 4, 6, 7]) await act(index, 'start');
  for (const index of [4, 6]) await act(index, 'submit');
  await act(7, 'error');
  for (const user of learners)
    for (const [key, value] of Object.entries({ additional_time_granted: '10', review_policy_exception: 'Notes.' }))
      await send(staff, 'PUT', `${proctoring}/allowance`, { exam_id: examIds[0], user_info: user.user_id, key, value });

  const attempts = await Promise.all(
    attemptIds.map((id, index) => send(learners[index % 2], 'GET', `${proctoring}/attempt/${id}`)),
  );
  const histories = attemptIds.map((id) => send(staff, 'GET', `/api/audit/v1/attempts/${id}/history`));
  const events: { id: string }[] = (await Promise.all(histories)).flatMap((history) => history.events);
  const userIds = learners.map(({ user_id }) => user_id);
  const usernames = learners.map(({ preferred_username }) => preferred_username);
  return {
    'path.courseId': [courseId],
    'query.course_id': [courseId],
    'body.course_id': [courseId],
    'path.contentId': names.map(contentId),
    'query.content_id': names.map(contentId),
    'path.examId': examIds,
    'body.exam_id': examIds,
    'body.exam_ids': [examIds.join(','), String(examIds[0])],
    'path.attemptId': attemptIds,
    'path.eventId': events.map(({ id }) => id),
    'path.externalId': attempts.map(({ external_id }) => external_id).filter(Boolean),
    'path.attemptCode': attempts.map(({ attempt_code }) => attempt_code),
    'path.userId': userIds,
    'query.user_id': userIds,
    'body.user_id': userIds,
    'body.user_info': usernames,
    'body.user_ids': [usernames.join(','), 'alice'],
    'query.username': usernames,
    'path.text': ['ali', '@example.org'],
  };
}
