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

  it('get settings of the dashboard, each only if it changes; the address is always recorded', () => {
    const common = { courseId: data.courseId, by: 42, at: data.at };
    const change = (more: object) => ({ type: 'ChangeCourseSettings', data: { ...common, ...more } }) as const;
    const changed = (more: object) => ({ type: 'CourseSettingsChanged', data: { ...common, ...more } }) as const;
    const all = { escalationEmail: 'a', createZendeskTickets: true, enableProctoredExams: false };
    given().when(change(all)).then(changed(all));
    given(changed(all))
      .when(change(all))
      .then(changed({ escalationEmail: 'a' }));
    given(changed(all))
      .when(change({ createZendeskTickets: true }))
      .then();
    given(changed(all)).when(configure()).then(configured);
  });

  it('of LTI proctoring have one address: the dashboard changes that of the configuration', () => {
    const change = {
      type: 'ChangeCourseSettings',
      data: {
        courseId: data.courseId,
        escalationEmail: 'a@example.org',
        createZendeskTickets: true,
        by: 43,
        at: data.at,
      },
    } as const;
    const after = { ...data, escalationEmail: 'a@example.org', by: 43 };
    const { escalationEmail, ...flags } = change.data;
    given(configured)
      .when(change)
      .then({ type: 'CourseExamsConfigured', data: after }, { type: 'CourseSettingsChanged', data: flags });
  });

  it('get another provider', () =>
    given(configured)
      .when(configure({ provider: 'lti_two' }))
      .then({ type: 'CourseExamsConfigured', data: { ...data, provider: 'lti_two' } }));
});
