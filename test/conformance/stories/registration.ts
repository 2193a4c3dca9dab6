import { examFields as exam, proctored, rawStep, type Story, step } from '../step.js';

const path = '~/exam_registration/course_id/{A}';
const register = (status: number, body: unknown, keep?: Record<string, string>) =>
  step(`staff PATCH ${path}`, status, body, { keep });
const listed = step('alice GET ~/exam/course_id/{A}', 200);
const one = (more: object) => [exam('one', more)];

const publishing: Story = {
  name: 'a course is published',
  steps: [
    ...['alice', 'coach', 'root', 'nobody'].map((as) => step(`${as} PATCH ${path}`, 403, [exam('one')])),
    rawStep(`alice PATCH ${path}`, 403, '{'),
    register(
      200,
      [
        exam('one', { due_date: '2098-01-01T00:00:00Z', hide_after_due: true, backend: 'test' }),
        exam('two', { ...proctored, external_id: null }),
      ],
      {
        one: '0.exam_id',
        two: '1.exam_id',
      },
    ),
    listed,
    register(200, [exam('one', { exam_name: 'Renamed', due_date: undefined, external_id: null })]),
    listed,
    step('alice GET ~/exam/exam_id/{two}', 200, undefined, { note: 'left out: neither active nor proctored' }),
    register(200, [
      exam('two', proctored),
      exam('one', { is_active: false, due_date: '2031-06-01T12:00:00.25+02:00' }),
    ]),
    listed,
    step('alice GET ~/exam/exam_id/{one}', 200),
    register(200, [exam('one', { course_id: '{B}' }), exam('three', { content_id: ' {A:block}two ' })], {
      three: '1.exam_id',
    }),
    listed,
    step('alice GET ~/exam/course_id/{B}', 200),
    register(200, []),
    listed,
    ...[
      '2031-05-05',
      '2031-05-05T10:00:00',
      '2031-05-05T10:00:00.5+02:00',
      '20310505T100000Z',
      '2031-05-05T10:00:00.123Z',
      null,
    ].flatMap((due_date) => [register(200, one({ due_date })), listed]),
    step('staff PATCH ~/exam_registration/course_id/a/b/c', 200, []),
    step('staff PATCH ~/exam_registration/course_id/abc', 404, []),
    step('staff PATCH ~/exam_registration/course_id/a/b/c/', 404, []),
    register(400, [exam('four'), exam('four', { exam_name: 'Again' }), exam('five')]),
    { ...listed, note: 'after the refused registration' },
  ],
};

const odd: Story = {
  name: 'a course is published with odd values',
  steps: [
    register(200, [exam('one')], { one: '0.exam_id' }),
    ...[{}, 'x', 5, 1.5, true, null].map((body) => register(422, body)),
    ...[[], 1, 'x', null, true, {}].map((item) => register(422, [item])),
    register(422, [exam('one'), {}]),
    register(422, [{ time_limit_mins: 'x' }, exam('one'), exam('two', { exam_name: null })]),
    step(`staff PATCH ${path}`, 422),
    rawStep(`staff PATCH ${path}`, 400, '['),
    rawStep(`staff PATCH ${path}`, 415, '[]', 'text/plain'),
    listed,
    ...['course_id', 'content_id', 'exam_name'].flatMap((field) =>
      ['', null, [], true].map((value) => register(422, one({ [field]: value }))),
    ),
    ...['x', 1.5, null, '', true].map((value) => register(422, one({ time_limit_mins: value }))),
    ...['maybe', null, 2, ''].map((value) => register(422, one({ is_proctored: value }))),
    ...['true', 'no', 'Y'].map((value) => register(500, one({ is_active: value }))),
    ...['', '  ', [], false].map((value) => register(422, one({ external_id: value }))),
    ...['', 'soon', 5, true, '9999-12-31T23:59:59-01:00'].map((value) => register(422, one({ due_date: value }))),
    ...['', null, ' ', {}].map((value) => register(422, one({ backend: value }))),
    ...[null, 'x', 1.5].map((value) => register(422, one({ id: value }))),
    register(200, one({ time_limit_mins: '12', is_active: 1, external_id: 5, id: 7, unknown: {} })),
    listed,
    ...['GET', 'POST', 'PUT', 'DELETE'].map((method) => step(`staff ${method} ${path}`, 405)),
    step(`nobody POST ${path}`, 403),
  ],
};

export const registrationStories = [publishing, odd];
