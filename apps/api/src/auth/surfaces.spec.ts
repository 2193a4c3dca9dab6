import { Controller, Get, Post } from '@nestjs/common';
import { loadConfiguration, signToken } from '#configuration';
import { Refusal } from '#domain';
import { openDatabase } from '../../../../test/support/database.js';
import { shared } from '../../../../test/support/hooks.js';
import { createApplication } from '../api.js';
import { apiModule } from '../api.module.js';
import { Gate } from './authentication.js';
import { Surface } from './surfaces.js';

@Surface('edx-exams')
@Controller('api/surfaces/exams')
class ExamsController {
  @Get('open')
  @Gate('anyone')
  open() {
    return [];
  }

  @Post('mine')
  @Gate('login')
  mine() {
    return {};
  }

  @Get('course/:courseId')
  @Gate('course', { logs: 'always' })
  course() {
    return {};
  }
}

@Surface('instructor-v2')
@Controller('api/surfaces/instructor/:courseId')
class InstructorController {
  @Get()
  @Gate('course', { logs: 'always' })
  refuse() {
    throw new Refusal('exam_not_active', 'Exam not found');
  }
}

const secret = 'a secret for tests only, long enough';
const configuration = { ...loadConfiguration({ PORT: '0', LOG_LEVEL: 'error' }), jwtSecret: secret };
const [exams, instructor] = ['/api/surfaces/exams', '/api/surfaces/instructor'];
const known = 'course-v1:OrgX+Demo+2031';

const database = shared(openDatabase);
let app: Awaited<ReturnType<typeof createApplication>>;
beforeAll(async () => {
  const module = apiModule(configuration, database.urls.api);
  app = await createApplication({ ...module, controllers: [ExamsController, InstructorController] }, configuration);
  await database.owner.query(
    `insert into courses (course_id, display_name, override_grade_on_rejected) values ('${known}', 'Demo', false)`,
  );
});
afterAll(() => app.close());

const learner = { user_id: 7, preferred_username: 'alice' };
const staff = { user_id: 8, preferred_username: 'staff', administrator: true };
const tokenOf = (claims: object) => signToken(secret, claims as typeof learner);

/** The status, the body and the challenge of an answer. */
async function answerTo(method: string, url: string, headers: Record<string, string> = {}) {
  const answer = await app.inject({ method: method as 'GET', url, headers });
  return [answer.statusCode, answer.body ? answer.json() : '', answer.headers['www-authenticate']];
}
const as = async (claims: object, method: string, url: string) =>
  answerTo(method, url, { authorization: `JWT ${await tokenOf(claims)}` });

const challenge = 'JWT realm="api"';
const nothingSent = [401, { detail: 'Authentication credentials were not provided.' }, challenge];
const invalid = [401, { detail: 'Invalid token.' }, challenge];

describe('on the surface of edx-exams', () => {
  it('a login fails with 401 and a challenge', async () => {
    expect(await answerTo('POST', `${exams}/mine`)).toEqual(nothingSent);
    for (const authorization of ['JWT abc', `JWT ${await signToken('another secret, long enough too', learner)}`])
      expect(await answerTo('POST', `${exams}/mine`, { authorization })).toEqual(invalid);
  });

  it('other schemes and broken headers count as nothing', async () => {
    for (const authorization of [`Bearer ${await tokenOf(learner)}`, 'JWT', 'JWT a b', 'Basic abc']) {
      expect(await answerTo('POST', `${exams}/mine`, { authorization })).toEqual(nothingSent);
      expect(await answerTo('GET', `${exams}/open`, { authorization })).toEqual([200, [], undefined]);
    }
  });

  it('an open route refuses a token that is not valid', async () => {
    expect(await answerTo('GET', `${exams}/open`, { authorization: 'JWT abc' })).toEqual(invalid);
    expect(await answerTo('DELETE', `${exams}/open`)).toEqual([405, expect.anything(), undefined]);
    expect(await answerTo('GET', `${exams}/open`, { accept: 'application/xml' })).toEqual([
      406,
      expect.anything(),
      undefined,
    ]);
  });

  it('a token must name its user and not be restricted', async () => {
    const noName = 'JWT must include a preferred_username or username claim!';
    const denied = 'You do not have permission to perform this action.';
    expect(await as({ user_id: 7 }, 'POST', `${exams}/mine`)).toEqual([401, { detail: noName }, challenge]);
    expect((await as({ user_id: 7, username: 'alice' }, 'POST', `${exams}/mine`))[0]).toBe(200);
    expect(await as({ ...learner, is_restricted: true }, 'POST', `${exams}/mine`)).toEqual([
      403,
      { detail: denied },
      undefined,
    ]);
  });

  it('cookies sign in alone, and for a write only with the CSRF token', async () => {
    const [header, payload, signature] = (await tokenOf(learner)).split('.');
    const jwt = `edx-jwt-cookie-header-payload=${header}.${payload}; edx-jwt-cookie-signature=${signature}`;
    const csrf = 'abcdefghijklmnopqrstuvwxyz012345';
    const cookie = `${jwt}; edx_exams_csrftoken=${csrf}`;
    expect(await answerTo('POST', `${exams}/mine`, { cookie })).toEqual(nothingSent);
    expect(await answerTo('POST', `${exams}/mine`, { cookie: jwt, 'x-csrftoken': csrf })).toEqual(nothingSent);
    expect((await answerTo('POST', `${exams}/mine`, { cookie, 'x-csrftoken': csrf }))[0]).toBe(200);
    expect((await answerTo('GET', `${exams}/course/${known}`, { cookie: jwt }))[0]).toBe(403);
  });

  it('the right is checked before the method, and the body after both', async () => {
    const [status, body] = await as(learner, 'POST', `${exams}/course/${known}`);
    expect([status, body.detail]).toEqual([403, 'You do not have permission to perform this action.']);
    expect((await as(staff, 'POST', `${exams}/course/${known}`))[0]).toBe(405);
    expect((await as(staff, 'GET', `${exams}/course/${known}`))[0]).toBe(200);
  });
});

describe('on the surface of the instructor API', () => {
  const both = (text: string) => ({ developer_message: text, detail: text });

  it('errors of the framework have a developer_message, and those of routes an error', async () => {
    const url = `${instructor}/${known}`;
    expect(await answerTo('GET', url)).toEqual([401, both('Authentication credentials were not provided.'), undefined]);
    expect(await answerTo('GET', url, { authorization: 'JWT abc' })).toEqual([401, both('Invalid token.'), undefined]);
    const denied = [403, both('You do not have permission to perform this action.'), undefined];
    expect(await as(learner, 'GET', url)).toEqual(denied);
    expect(await as(learner, 'POST', url)).toEqual(denied);
    expect(await as(staff, 'POST', url)).toEqual([405, both('Method "POST" not allowed.'), undefined]);
    expect(await as(staff, 'GET', url)).toEqual([
      400,
      { error: 'Exam not found', detail: 'Exam not found' },
      undefined,
    ]);
  });

  it('a course that does not exist is not found, whoever asks', async () => {
    const unknown = 'course-v1:OrgX+Other+2031';
    for (const person of [learner, staff])
      for (const method of ['GET', 'POST']) {
        const answer = await as(person, method, `${instructor}/${unknown}`);
        expect(answer).toEqual([404, both(`Course not found: ${unknown}.`), undefined]);
      }
    expect(await as(staff, 'GET', `${instructor}/course-v1:a+b+c+d`)).toEqual([
      404,
      both('Invalid course key'),
      undefined,
    ]);
  });
});
