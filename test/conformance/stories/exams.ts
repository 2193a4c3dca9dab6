import { examFields as exam, exams, practice, proctored, rawStep, type Story, step } from '../step.js';

const required =
  'course_id content_id external_id exam_name time_limit_mins is_proctored is_practice_exam is_active hide_after_due'.split(
    ' ',
  );
const post = (status: number, more: object, keep?: Record<string, string>) =>
  step('staff POST ~/exam', status, exam('x', more), { keep });
const put = (status: number, body: unknown, as = 'staff') => step(`${as} PUT ~/exam`, status, body);

/** Values for a text field, with the status of the answer. */
const texts: [unknown, number][] = [
  [null, 400],
  ['', 400],
  ['   ', 400],
  [true, 400],
  [false, 400],
  [[], 400],
  [['x'], 400],
  [{}, 400],
  [{ a: 1 }, 400],
  ['x\u0000y', 400],
  ['\ud800', 400],
];
const notWhole = [
  '',
  ' ',
  'abc',
  '1.5',
  '0x10',
  '1e3',
  'NaN',
  '12abc',
  '--1',
  1.5,
  true,
  false,
  [],
  [1],
  {},
  null,
  '1'.repeat(1001),
];
const whole = [0, 5, -1, '5', '-7', ' 12 ', '007', '+3', '1_000', '\u0663', '-0', 90_000];
const notFlag = ['', ' ', 'maybe', 'tRue', 'null', 'None', 2, -1, 0.5, [], {}, [true], null];
/** The serializer accepts these, the database does not. */
const halfFlag = ['true', 'false', 'T', 'F', 'y', 'Yes', 'yes', 'n', 'No', 'on', 'OFF', 'TRUE'];
const flag = [true, false, 1, 0, 't', 'True', '1'];
const notTime = [
  '',
  'soon',
  5,
  true,
  [],
  {},
  '2031-02-30T10:00:00Z',
  '2031-05-05T25:00:00Z',
  '2031-05-05T10:00:60Z',
  '2031-05-05T24:00:00Z',
  '10000-01-01T00:00:00Z',
  ' 2031-05-05T10:00:00Z ',
  '2031-05-05T10:00:00z',
  '9999-12-31T23:59:59-01:00',
  '0001-01-01T00:00:00+01:00',
];
const time = [
  '2031-05-05T10:00:00Z',
  '2031-05-05T10:00:00',
  '2031-05-05',
  '2031-05-05 10:00',
  '2031-05-05T10:00:00+05:30',
  '2031-05-05T10:00:00.123456789Z',
  '20310505T100000Z',
  '2031-W10-1',
  '2031-05-05T10',
  '2031-5-5T1:00:00Z',
  '2031-05-05T10:00Z',
  '2031-05-05T10:00:00,5Z',
  '2031-05-05T10:00:00+0530',
  '2031-05-05T10:00:00+05',
];

const creating: Story = {
  name: 'an exam is created',
  steps: [
    step('nobody POST ~/exam', 403, exam('timed')),
    step('alice POST ~/exam', 403, exam('timed')),
    step('coach POST ~/exam', 403, exam('timed')),
    step('root POST ~/exam', 403, exam('timed')),
    step('alice POST ~/exam', 403, {}),
    rawStep('alice POST ~/exam', 403, '{'),
    step('staff POST ~/exam', 400, {}),
    step('staff POST ~/exam', 400),
    ...[[], [{}], 'x', 5, 1.5, true, null].map((body) => step('staff POST ~/exam', 400, body)),
    ...required.map((field) => post(400, { [field]: undefined })),
    post(400, { time_limit_mins: 'long', is_proctored: 'maybe', external_id: null, due_date: 'soon' }),
    step('staff POST ~/exam', 200, exam('timed'), { keep: { timed: 'exam_id' } }),
    step('staff POST ~/exam', 400, exam('timed'), { note: 'the same again' }),
    step('staff POST ~/exam', 400, exam('timed', { time_limit_mins: 'x' })),
    step('staff POST ~/exam', 400, exam('timed', { content_id: ' {A:block}timed ' }), { note: 'blanks around it' }),
    step('staff POST ~/exam', 200, exam('timed', { content_id: '{A:block}TIMED' })),
    step('staff POST ~/exam', 200, exam('proctored', proctored), { keep: { proctored: 'exam_id' } }),
    step('staff POST ~/exam', 200, exam('onboarding', practice), { keep: { onboarding: 'exam_id' } }),
    step('staff POST ~/exam', 200, exam('odd', { is_practice_exam: true, is_active: false, unknown: 1 }), {
      keep: { odd: 'exam_id' },
    }),
    ...['timed', 'proctored', 'onboarding', 'odd'].map((name) => step(`alice GET ~/exam/exam_id/{${name}}`, 200)),
    step('staff POST ~/exam', 200, exam('blanks', { exam_name: ' x ', external_id: ' y ' })),
    step('staff POST ~/exam', 200, exam('numbers', { exam_name: 5, external_id: 1.5, backend: 7 })),
    step('staff POST ~/exam', 200, exam('unicode', { exam_name: 'é ☃ 😀 <b>"\'', external_id: '…' })),
    step('staff POST ~/exam', 200, exam('later', { due_date: '2031-05-05T10:00:00Z', backend: 'nobody', id: 5 }), {
      keep: { later: 'exam_id' },
    }),
    step('alice GET ~/exam/course_id/{A}', 200),
  ],
};

const odd: Story = {
  name: 'an exam is created with odd values',
  steps: [
    ...['course_id', 'content_id', 'exam_name', 'external_id', 'backend'].flatMap((field) =>
      texts.map(([value, status]) => post(status, { [field]: value })),
    ),
    ...notWhole.map((value) => post(400, { time_limit_mins: value })),
    ...['1.0', '12.', 1e20].map((value) => post(500, { time_limit_mins: value })),
    ...whole.map((value, index) => post(200, { content_id: `{A:block}whole${index}`, time_limit_mins: value })),
    ...['is_proctored', 'is_practice_exam', 'is_active', 'hide_after_due'].flatMap((field) =>
      notFlag.map((value) => post(400, { [field]: value })),
    ),
    ...['is_proctored', 'is_active'].flatMap((field) => halfFlag.map((value) => post(500, { [field]: value }))),
    ...flag.map((value, index) => post(200, { content_id: `{A:block}flag${index}`, is_active: value })),
    ...flag.map((value, index) => post(200, { content_id: `{A:block}proctored${index}`, is_proctored: value })),
    ...notTime.map((value) => post(400, { due_date: value })),
    post(400, { due_date: null }),
    ...time.map((value, index) => post(200, { content_id: `{A:block}time${index}`, due_date: value })),
    ...[null, '', 'a', 1.5, true, []].map((value) => post(400, { id: value })),
    step('alice GET ~/exam/course_id/{A}', 200),
  ],
};

const changing: Story = {
  name: 'an exam is changed',
  steps: [
    exams({ timed: {}, proctored, other: {} }),
    put(200, { exam_id: '{timed}', exam_name: 'Renamed', time_limit_mins: 31 }),
    step('alice GET ~/exam/exam_id/{timed}', 200),
    put(200, { exam_id: '{timed:text}', hide_after_due: true }),
    put(200, { exam_id: '{timed}', exam_name: null, time_limit_mins: null, is_active: null }),
    put(200, {
      exam_id: '{timed}',
      course_id: '{B}',
      content_id: 'moved',
      due_date: '2031-05-05T10:00:00Z',
      backend: 'nobody',
      unknown: 1,
    }),
    step('alice GET ~/exam/exam_id/{timed}', 200),
    put(200, { exam_id: '{timed}', is_proctored: true, is_practice_exam: true, external_id: 'new' }),
    put(200, { exam_id: '{timed}', time_limit_mins: -5, is_active: false }),
    step('alice GET ~/exam/exam_id/{timed}', 200),
    put(200, { exam_id: '{timed}', time_limit_mins: '12', exam_name: '' }),
    step('alice GET ~/exam/exam_id/{timed}', 200),
    put(200, { exam_id: '{proctored}', is_proctored: false }),
    step('alice GET ~/exam/exam_id/{proctored}', 200),
    step('alice GET ~/exam/course_id/{A}', 200),
    ...[999_999_999, 0, -1, false, null, '999999999'].map((exam_id) => put(400, { exam_id, exam_name: 'x' })),
    ...['', 'x', '1.0', [], {}, 1e20].map((exam_id) => put(500, { exam_id, exam_name: 'x' })),
    put(400, {}),
    ...[[], 'x', 5, null].map((body) => put(500, body)),
    ...['abc', '', [], '1.0', 1e20].map((value) => put(500, { exam_id: '{other}', time_limit_mins: value })),
    ...['x', '', 'true', 2, [], {}].map((value) => put(500, { exam_id: '{other}', is_active: value })),
    rawStep('staff PUT ~/exam', 400, '{'),
    rawStep(
      'staff PUT ~/exam',
      200,
      'exam_id={other}&is_active=False&exam_name=Form',
      'application/x-www-form-urlencoded',
    ),
    step('alice GET ~/exam/exam_id/{other}', 200),
    ...['alice', 'coach', 'root', 'nobody'].map((as) => put(403, { exam_id: '{timed}' }, as)),
    rawStep('coach PUT ~/exam', 403, '{'),
  ],
};

const reading: Story = {
  name: 'exams are read',
  steps: [
    exams({ timed: {}, proctored, hidden: { is_active: false } }),
    ...['alice', 'coach', 'staff', 'root', 'reviewer'].map((as) => step(`${as} GET ~/exam/exam_id/{timed}`, 200)),
    step('alice GET ~/exam/exam_id/{hidden}', 200),
    step('alice GET ~/exam/exam_id/0{timed}', 200),
    step('alice GET ~/exam/exam_id/{timed}?course_id=x', 200),
    step('nobody GET ~/exam/exam_id/{timed}', 403),
    step('alice GET ~/exam/exam_id/999999999', 400),
    step('alice GET ~/exam/exam_id/9223372036854775807', 400),
    step('alice GET ~/exam/exam_id/99999999999999999999', 500),
    step('alice GET ~/exam/exam_id/0', 500),
    step('alice GET ~/exam/course_id/{A}', 200),
    step('alice GET ~/exam/course_id/{A%}', 200),
    step('alice GET ~/exam/course_id/{B}', 200),
    step('nobody GET ~/exam/course_id/{A}', 403),
    ...['a/b/c', 'a+b+c', 'a+b/c', 'a%2Fb%2Fc', 'a+b+c+d', '%20+%20+%20'].map((course) =>
      step(`alice GET ~/exam/course_id/${course}`, 200),
    ),
    ...['abc', 'a+b', '++', 'a/b/c/', 'a/b/c/d', 'a+b+c%3Fd'].map((course) =>
      step(`alice GET ~/exam/course_id/${course}`, 404),
    ),
    step('staff GET ~/exam', 500),
    step('alice GET ~/exam', 500),
    step('nobody GET ~/exam', 403),
    ...['POST', 'PUT'].flatMap((method) => [
      step(`staff ${method} ~/exam/exam_id/{timed}`, 500, {}),
      step(`alice ${method} ~/exam/exam_id/{timed}`, 403, {}),
      step(`staff ${method} ~/exam/course_id/{A}`, 500, {}),
      step(`alice ${method} ~/exam/course_id/{A}`, 403, {}),
    ]),
  ],
};

export const examStories = [creating, odd, changing, reading];
