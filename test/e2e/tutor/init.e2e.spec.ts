import { spawn } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createLocalJWKSet, jwtVerify, SignJWT } from 'jose';
import { openDatabaseWith } from '../../support/database.js';
import { shared } from '../../support/hooks.js';
import { startServiceProcess } from '../../support/service-process.js';
import { about, platforms } from './platform.js';

const [full, plain] = platforms();

about('the init tasks of the plugin', () => {
  const database = shared(() => openDatabaseWith(async () => {}));
  const folder = mkdtempSync(join(tmpdir(), 'proctoring-tutor-init-'));
  let service: Awaited<ReturnType<typeof startServiceProcess>> | undefined;
  afterAll(async () => {
    await service?.child.stop();
    rmSync(folder, { recursive: true });
  });

  /** Runs the script as Tutor does in a container, and answers the exit code and the output. */
  async function run(script: string, env: Record<string, string>, cwd = '.') {
    const child = spawn('sh', ['-e', '-c', script], { cwd, env: { PATH: process.env.PATH, ...env } });
    const [out, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return `${code}: ${out}${errors}`;
  }

  /** A token that the LMS signs for the account with which Studio and the init task call the service. */
  const tokenOfTheLms = (claims: object) =>
    new SignJWT({ preferred_username: 'edx_exams_worker', administrator: true, ...claims })
      .setProtectedHeader({ alg: 'RS512', kid: 'openedx' })
      .setIssuer('http://learn.example.org/oauth2')
      .setAudience('openedx')
      .setExpirationTime('1h')
      .sign(createPrivateKey(plain.setting('JWT_RSA_PRIVATE_KEY')));
  const statusOf = async (token: string) => {
    const headers = { authorization: `JWT ${token}` };
    return (await fetch(`${service!.url}/api/exams/v1/me/attempts`, { headers })).status;
  };

  it('run in the service first, then in the LMS, and create topics only with Kafka', () => {
    const services = ({ initTasks }: typeof plain) => initTasks().map(({ service }) => service);
    expect(services(plain)).toEqual(['exams-job', 'lms-job']);
    const commands = ({ initTasks }: typeof plain) => initTasks()[0]!.script.match(/(?<=main\.js )\w+/g);
    expect(commands(plain)).toEqual(['migrate']);
    expect(commands(full)).toEqual(['migrate', 'topics']);
  });

  it('wait for PostgreSQL, but not for ever', async () => {
    const after = (failures: number) => {
      const standIns = `runs=0; node() { runs=$((runs + 1)); [ $runs -gt ${failures} ]; }; sleep() { :; }`;
      return run(`${standIns}\n${plain.initTasks()[0]!.script}`, {});
    };
    expect(await after(9)).toMatch(/^0:/);
    expect(await after(10)).toMatch(/^1:/);
  });

  it('migrate an empty database, and the API starts with its own user alone', async () => {
    const files = plain.file('plugins/exams/apps/exams');
    const { DATABASE_URL, ...others } = database.environment;
    const env = {
      ...plain.variables('service.env'),
      DATABASE_URL,
      PROCTORING_CONFIG: `${files}/settings`,
      ACCESS_TOKEN_KEY_FILE: `${files}/access-token-keys`,
      OPERATIONS_PORT: '',
    };
    expect(await run(plain.initTasks()[0]!.script, { ...env, ...others })).toMatch(/^0: The database has the tables/);
    service = await startServiceProcess('exams', folder, { ...env, ROLE: 'api', JWT_SECRET: '' });
  });

  it("make the LMS' account of the service, its OAuth client and the flag, and introduce the account", async () => {
    const studios = await tokenOfTheLms({});
    expect(await statusOf(studios)).toBe(403);

    for (const program of ['manage.py', 'dockerize']) {
      cpSync('test/e2e/tutor/manage.py', join(folder, program));
      chmodSync(join(folder, program), 0o755);
    }
    const log = join(folder, 'lms.log');
    const script = plain.initTasks()[1]!.script.replace('http://exams:3000', service!.url);
    const env = {
      PATH: [folder, plain.programs, process.env.PATH].join(delimiter),
      LMS_LOG: log,
      USERNAME: 'edx_exams_worker',
      TOKEN: await tokenOfTheLms({ user_id: 77 }),
    };
    expect(await run(script, env, folder)).toMatch(/^0: /);
    const called: string[] = readFileSync(log, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).join(' '));
    expect(called).toEqual([
      'lms manage_user edx_exams_worker edx_exams_worker@learn.example.org --staff --unusable-password',
      expect.stringMatching(
        /^lms create_dot_application --grant-type client-credentials .* --update exams edx_exams_worker$/,
      ),
      'lms waffle_flag --list',
      'lms waffle_flag --create --everyone course_apps.exams_ida',
      '-wait tcp://exams:3000 -timeout 600s',
      expect.stringMatching(/^lms shell -c/),
    ]);
    expect(await statusOf(studios)).toBe(200);
  });

  it('let Studio publish exams as it does, and the LMS accept the access tokens of the service', async () => {
    const course = 'course-v1:OrgX+Demo+2031';
    const contentId = 'block-v1:OrgX+Demo+2031+type@sequential+block@midterm';
    const exam = {
      course_id: course,
      content_id: contentId,
      exam_name: 'Midterm',
      time_limit_mins: 60,
      due_date: null,
      exam_type: 'timed',
      is_active: true,
      hide_after_due: false,
      backend: 'lti_external',
    };
    const call = async (path: string, token: string, options: RequestInit = {}): Promise<any> => {
      const headers = { authorization: `JWT ${token}`, 'content-type': 'application/json' };
      const answer = await fetch(`${service!.url}/api/v1/${path}`, { ...options, headers });
      expect(`${answer.status} ${path}`).toBe(`200 ${path}`);
      return answer.json();
    };
    const studios = await tokenOfTheLms({});
    await call(`exams/course_id/${course}/`, studios, { method: 'PATCH', body: JSON.stringify([exam]) });

    const staff = await tokenOfTheLms({ user_id: 77 });
    const published = await call(`student/exam/attempt/course_id/${course}/content_id/${contentId}`, staff);
    expect(published.exam).toMatchObject({ exam_name: 'Midterm', content_id: contentId });
    const { exam_access_token } = await call(`access_tokens/exam_id/${published.exam.id}/`, staff);
    const { TOKEN_SIGNING } = plain.settings('lms', { FEATURES: {} }, 'TOKEN_SIGNING');
    const keys = createLocalJWKSet(JSON.parse(TOKEN_SIGNING.JWT_PUBLIC_SIGNING_JWK_SET));
    const { payload } = await jwtVerify(exam_access_token, keys, { issuer: 'http://exams.learn.example.org/' });
    expect(payload).toMatchObject({ lms_user_id: 77, content_id: contentId });
  });
});
