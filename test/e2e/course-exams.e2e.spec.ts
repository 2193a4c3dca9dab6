import { until } from '../../libs/event-store/src/testing.js';
import { shared } from '../support/hooks.js';
import { contentId, courseId, openCourse, people } from '../support/service.js';

const { staff, alice, bob, teacher } = people;
const path = `/api/exams/v1/courses/${encodeURIComponent(courseId)}/exams`;
const names = {
  formula: '=HYPERLINK("https://evil.example","Open me")',
  quoted: 'Quotes "and", commas; and\r\na second line',
  arabic: 'الامتحان النهائي',
  midterm: 'Midterm 50%_',
};
const dueDate = '2099-05-05T12:00:00Z';

const service = shared(() =>
  openCourse({
    midterm: { exam_name: names.midterm, time_limit_mins: 90, due_date: dueDate, backend: 'test' },
    formula: { exam_name: names.formula, time_limit_mins: 120, is_active: false },
    quoted: { exam_name: names.quoted, time_limit_mins: 30, is_proctored: false },
    arabic: { exam_name: names.arabic, time_limit_mins: 300, is_practice_exam: true, backend: 'test' },
  }),
);
const ask = (query = '', person: Parameters<typeof service.request>[0] = teacher, headers = {}) =>
  service.request(person, 'GET', path + query, undefined, headers);
const listed = async (query: string) => (await ask(query)).body.results.map((exam: any) => exam.exam_name);
const csvOf = async (query = '') => (await ask(query, teacher, { accept: 'text/csv' })).body as string;

/** The cells of CSV by RFC 4180. */
const cellsOf = (csv: string) =>
  csv
    .split(/\r\n(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .filter(Boolean)
    .map((line) =>
      line
        .split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
        .map((cell) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell)),
    );

describe('the exams of a course', () => {
  it('have their settings, their provider, their review policy and the numbers of attempts', async () => {
    const { midterm } = service.exams;
    await service.request(staff, 'PUT', `/api/lms/v1/exams/${midterm}/review_policy`, { review_policy: 'No books' });
    await service.createAttempt(alice, midterm, { start_clock: 'true' });
    const handedIn = await service.createAttempt(bob, midterm, { start_clock: 'true' });
    await service.request(bob, 'PUT', `/api/edx_proctoring/v1/proctored_exam/attempt/${handedIn}`, {
      action: 'submit',
    });
    const { status, body } = await ask('?search=50%25_');
    expect({ status, body }).toMatchObject({ status: 200, body: { count: 1, page: 1, pages: 1 } });
    expect(body.results).toEqual([
      {
        ...{ id: midterm, course_id: courseId, content_id: contentId('midterm'), external_id: expect.any(String) },
        ...{ exam_name: names.midterm, time_limit_mins: 90, is_proctored: true, is_practice_exam: false },
        ...{ is_active: true, due_date: dueDate, hide_after_due: false, backend: 'test' },
        ...{ type: 'proctored', provider: expect.any(String), review_policy: 'No books' },
        ...{ attempts: 2, running: 1, waiting_for_review: 1 },
      },
    ]);
    expect((await service.request(teacher, 'GET', `/api/exams/v1/exams/${midterm}`)).body).toEqual(body.results[0]);
  });

  it('are sorted, searched in any case, and filtered', async () => {
    expect(await listed('?sort=minutes')).toEqual([names.quoted, names.midterm, names.formula, names.arabic]);
    expect(await listed('?sort=-minutes&active=true')).toEqual([names.arabic, names.midterm, names.quoted]);
    expect(await listed('?active=false')).toEqual([names.formula]);
    expect(await listed('?search=MIDTERM')).toEqual([names.midterm]);
    expect(await listed(`?search=${encodeURIComponent('النهائي')}`)).toEqual([names.arabic]);
    expect((await ask('?sort=evil')).status).toBe(400);
  });

  it('are shown to staff of the course alone', async () => {
    const statusOf = async (url: string, person: Parameters<typeof ask>[1]) =>
      (await service.request(person, 'GET', url)).status;
    const exam = `/api/exams/v1/exams/${service.exams.midterm}`;
    for (const url of [path, exam, `${exam}/changes`]) {
      expect([url, await statusOf(url, alice)]).toEqual([url, 403]);
      expect([url, await statusOf(url, teacher)]).toEqual([url, 200]);
    }
    expect(await statusOf('/api/exams/v1/exams/99999', teacher)).toBe(403);
    expect(await statusOf('/api/exams/v1/exams/99999', staff)).toBe(404);
  });

  it('have a history of their changes: when, by whom, and which fields', async () => {
    const { midterm } = service.exams;
    await service.request(staff, 'PUT', '/api/edx_proctoring/v1/proctored_exam/exam', {
      ...{ exam_id: midterm, time_limit_mins: 95 },
    });
    const { body } = await service.request(teacher, 'GET', `/api/exams/v1/exams/${midterm}/changes`);
    const by = { kind: 'user', username: 'staff' };
    expect(body.results).toMatchObject([
      { event: 'ExamRevised', by, fields: [{ field: 'time_limit_mins', before: 90, after: 95 }] },
      { event: 'ReviewPolicySet', by, fields: [{ field: 'review_policy', before: null, after: 'No books' }] },
      { event: 'ExamCreated', by },
    ]);
  });
});

describe('the same list as CSV', () => {
  it('is a file in UTF-8 that spreadsheets know, with a line of names and all exams', async () => {
    const { headers } = await ask('', teacher, { accept: 'text/csv' });
    expect(headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="exams_course-v1_OrgX+Demo+2031.csv"',
    });
    const csv = await csvOf('?sort=minutes&page=7');
    expect(csv[0]).toBe('\uFEFF');
    const [head, ...lines] = cellsOf(csv.slice(1));
    const column = head!.indexOf('exam_name');
    const shown = lines.map((cells) => cells[column]);
    expect(shown).toEqual([names.quoted, names.midterm, `'${names.formula}`, names.arabic]);
    expect(new Set(lines.map(({ length }) => length))).toEqual(new Set([head!.length]));
  });

  it('obeys the filters', async () => {
    expect(cellsOf(await csvOf('?active=false'))).toHaveLength(2);
    expect(cellsOf(await csvOf('?search=nothing'))).toHaveLength(1);
  });

  it('comes to clients that prefer it, and by ?format=csv', async () => {
    const typeOf = async (query: string, accept?: string) =>
      (await ask(query, teacher, accept && { accept })).headers['content-type'];
    expect(await typeOf('?format=csv')).toMatch('text/csv');
    expect(await typeOf('', 'text/csv, application/json')).toMatch('text/csv');
    expect(await typeOf('', 'application/json, text/csv')).toMatch('application/json');
    expect(await typeOf('', '*/*')).toMatch('application/json');
    expect((await ask('', teacher, { accept: 'text/html' })).status).toBe(406);
    expect((await ask('?format=ndjson')).status).toBe(404);
  });

  it('is in the access log with the number of its lines', async () => {
    await csvOf('?active=true');
    const read = `select row_count from access_log where action like 'GET %courses/:courseId/exams' order by id desc limit 1`;
    await until('the three lines are recorded', async () => Number((await service.query(read))[0]?.row_count) === 3);
  });
});
