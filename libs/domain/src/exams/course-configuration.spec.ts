import { specOf } from '../testing.js';
import { courseConfiguration } from './course-configuration.js';

const given = specOf(courseConfiguration);
const data = {
  courseId: 'course-v1:OrgX+Demo+2031',
  provider: 'lti_one',
  escalationEmail: null,
  by: 42,
  at: '2031-05-05T12:00:00.000Z',
};
const configured = { type: 'CourseExamsConfigured', data } as const;
const configure = (changes: Partial<typeof data> = {}) =>
  ({ type: 'ConfigureCourseExams', data: { ...data, ...changes } }) as const;

describe('the exams of a course', () => {
  it('get a provider', () => given().when(configure()).then(configured));

  it('do not change when the provider and the address are the same', () =>
    given(configured)
      .when(configure({ by: 43 }))
      .then());

  it('get another provider', () =>
    given(configured)
      .when(configure({ provider: 'lti_two' }))
      .then({ type: 'CourseExamsConfigured', data: { ...data, provider: 'lti_two' } }));
});
