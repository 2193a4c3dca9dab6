import { courseId, openCourse, people, publishedExam } from '../../support/service.js';
import { PretendedTool } from '../lti/pretended-tool.js';

const settings = {
  LEARNING_MICROFRONTEND_URL: 'https://learning.example.org',
  PROCTORING_BACKENDS: {
    DEFAULT: 'test',
    test: {},
    watchers: new PretendedTool('watchers', 1, { verbose_name: 'Watchers' }).settings,
  },
};

/** The service with a course whose provider is an LTI tool, and these exams. `exams` are the ids of their generations by name. */
export async function openToolCourse(exams: Record<string, object>, environment: Record<string, string> = {}) {
  const service = await openCourse({}, { settings, environment });
  const send = async (url: string, body: unknown) => {
    const { status, body: answer } = await service.request(people.staff, 'PATCH', url, body);
    if (status > 299) throw new Error(`${url} was refused: ${JSON.stringify(answer)}`);
  };
  const list = `/api/v1/exams/course_id/${courseId}/`;
  const register = async (given: Record<string, object>): Promise<Record<string, number>> => {
    const items = Object.entries(given).map(([name, more]) => ({ due_date: null, ...publishedExam(name), ...more }));
    await send(list, items);
    const { body } = await service.request(people.staff, 'GET', list);
    return Object.fromEntries(body.map(({ exam_name, id }: any) => [exam_name, id]));
  };
  await send(`/api/v1/configs/course_id/${courseId}`, { provider: 'watchers', escalation_email: null });
  return { ...service, register, exams: await register(exams) };
}
