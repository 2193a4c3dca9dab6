import { checkParameters } from './path-parameters.js';
import { routableUrl } from './reference-urls.js';

const root = '/api/edx_proctoring/v1';

describe('a course id in a path', () => {
  it.each([
    ['proctored_exam/exam/course_id/a/b/c', 'proctored_exam/exam/course_id/a%2Fb%2Fc'],
    ['proctored_exam/exam/course_id/course-v1:a+b+c?x=/', 'proctored_exam/exam/course_id/course-v1%3Aa%2Bb%2Bc?x=/'],
    ['proctored_exam/exam/course_id/a%2Bb%2Bc+d', 'proctored_exam/exam/course_id/a%2Bb%2Bc%2Bd'],
    ['proctored_exam/exam/course_id/a/b/c/content_id/x', 'proctored_exam/exam/course_id/a%2Fb%2Fc/content_id/x'],
    [
      'proctored_exam/exam/course_id/a+b+c/content_id/block-v1:a+b+c+type@sequential+block@one',
      'proctored_exam/exam/course_id/a%2Bb%2Bc/content_id/block-v1%3Aa%2Bb%2Bc%2Btype%40sequential%2Bblock%40one',
    ],
    [
      'proctored_exam/attempt/grouped/course_id/a/b/c/search/x/y z',
      'proctored_exam/attempt/grouped/course_id/a%2Fb%2Fc/search/x%2Fy%20z',
    ],
    ['proctored_exam/a/b/c/allowance', 'proctored_exam/a%2Fb%2Fc/allowance'],
    ['proctored_exam/a+b+c/grouped/allowance', 'proctored_exam/a%2Bb%2Bc/grouped/allowance'],
    ['instructor/a/b/c/7', 'instructor/a%2Fb%2Fc/7'],
  ])('of %s becomes one segment', (path, expected) => {
    expect(routableUrl(`${root}/${path}`)).toBe(`${root}/${expected}`);
  });

  it.each([
    'proctored_exam/exam/exam_id/7',
    'proctored_exam/allowance',
    'proctored_exam/bulk_allowance',
    'proctored_exam/attempt/7/review_status',
    'proctored_exam/exam/course_id/abc',
    'proctored_exam/exam/course_id/a/b/c/',
  ])('leaves %s alone', (path) => {
    expect(routableUrl(`${root}/${path}`)).toBe(`${root}/${path}`);
  });

  it.each(['abc', 'a+b', '++', 'a/b/c/d', 'a/b/c/'])('is refused if it is %j', (courseId) => {
    expect(() => checkParameters({ courseId })).toThrow();
  });

  it.each(['a/b/c', 'a+b/c', 'a+b+c+d', 'course-v1:OrgX+Demo+2024'])('may be %j', (courseId) => {
    expect(() => checkParameters({ courseId })).not.toThrow();
  });
});

describe('an invalid escape', () => {
  it.each([
    ['proctored_exam/exam/course_id/%E0%A4%A', 'proctored_exam/exam/course_id/%25E0%25A4%25A'],
    ['proctored_exam/exam/course_id/a+b+c%zz', 'proctored_exam/exam/course_id/a%2Bb%2Bc%25zz'],
    ['proctored_exam/attempt/%', 'proctored_exam/attempt/%25'],
    ['proctored_exam/attempt/%ff/ready', 'proctored_exam/attempt/%25FF/ready'],
    ['retire_user/%zz/', 'retire_user/%25zz'],
  ])('in %s is taken as text', (path, expected) => {
    expect(routableUrl(`${root}/${path}`)).toBe(`${root}/${expected}`);
  });

  it('is taken as text outside of the API, too; other paths stay as they are there', () => {
    expect(routableUrl('/nowhere/%zz?a=%zz')).toBe('/nowhere/%25zz?a=%zz');
    expect(routableUrl('/exam-worker/index.js?a%20b')).toBe('/exam-worker/index.js?a%20b');
  });
});

it('a path with escaped slashes is the path with slashes', () => {
  expect(routableUrl('/api/edx_proctoring%2Fv1/proctored_exam%2fattempt')).toBe(`${root}/proctored_exam/attempt`);
});

describe('a content id in a path', () => {
  it.each(['a.b', 'a-b', 'simple/', ':x', ''])('is refused if it is %j', (contentId) => {
    expect(() => checkParameters({ contentId })).toThrow();
  });

  it.each(['simple', 'x[y', 'block-v1:a+b+c+type@sequential+block@one', 'i4x://a/b/sequential/one'])(
    'may be %j',
    (contentId) => {
      expect(() => checkParameters({ contentId })).not.toThrow();
    },
  );
});

describe('a path of edx-exams', () => {
  it.each([
    ['exams/course_id/course-v1:a+b+c/', 'exams/course_id/course-v1%3Aa%2Bb%2Bc'],
    ['exams/course_id/a/b/c/allowances', 'exams/course_id/a%2Fb%2Fc/allowances'],
    ['exams/course_id/a+b+c/allowances/7/', 'exams/course_id/a%2Bb%2Bc/allowances/7'],
    ['exams/course_id/a+b+c/allowances/x?y=/', 'exams/course_id/a%2Bb%2Bc/allowances?y=/'],
    ['before/configs/course_id/a+b+c/after', 'configs/course_id/a%2Bb%2Bc'],
    ['configs/course_id/Ext-1:2', 'configs/course_id/Ext-1%3A2'],
    ['provider', 'providers'],
    ['access_tokens/exam_id/7/', 'access_tokens/exam_id/7'],
    ['instructor_view/course_id/a+b+c/attempts/', 'instructor_view/course_id/a%2Bb%2Bc/attempts'],
    [
      'student/exam/attempt/course_id/a+b+c/content_id/block-v1:a+b/',
      'student/exam/attempt/course_id/a%2Bb%2Bc/content_id/block-v1%3Aa%2Bb',
    ],
    ['exam/provider_settings/course_id/a+b+c/exam_id/7', 'exam/provider_settings/course_id/a%2Bb%2Bc/exam_id/7'],
    ['student/course_id/a+b+c/onboarding/', 'student/course_id/a%2Bb%2Bc/onboarding'],
  ])('may go on after its end: %s', (path, expected) =>
    expect(routableUrl(`/api/v1/${path}`)).toBe(`/api/v1/${expected}`),
  );

  it.each(['exams/attempt/7', 'exams/attempt/latest/', 'providers/', 'access_tokens/exam_id/x/'])(
    'is exact in all other cases: %s',
    (path) => expect(routableUrl(`/api/v1/${path}`)).toBe(`/api/v1/${path}`),
  );
});
