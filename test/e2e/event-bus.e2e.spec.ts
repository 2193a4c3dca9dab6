import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import * as learnerKeys from '#learner-keys';
import * as roster from '#roster';
import { startWorker } from '../../apps/worker/src/worker.js';
import {
  GrantAllowance,
  RemoveAttempt,
  ReportError,
  StartAttempt,
  SubmitAttempt,
} from '../../libs/domain/src/index.js';
import { deadLetterTopic, examAttemptTopic } from '../../libs/integration/src/index.js';
import { byStaff, clientOf, openExam, until, withAdmin } from '../support/relay.exams.js';
import { courseId, people } from '../support/service.js';
import { type EdxEvent, openEdx } from './event-bus/open-edx.js';

const edx = await openEdx().catch((error: Error) => console.warn(`Skipped: ${error.message}`));
const story = edx ? it : it.skip;

/** A proxy to the registry, closed at first. */
const registryProxy = { isOpen: false, tried: 0, port: 0 };
const proxyServer = createServer((socket) => {
  registryProxy.tried++;
  if (!registryProxy.isOpen) return socket.destroy();
  const registry = connect(registryProxy.port, '127.0.0.1');
  socket.pipe(registry).pipe(socket);
  for (const each of [socket, registry]) each.on('error', () => {});
});

let exam: Awaited<ReturnType<typeof openExam>>;
let worker: Awaited<ReturnType<typeof startWorker>>;
let registry: string;
let brokers: string;
let prefix: string;

beforeAll(async () => {
  if (!edx) return;
  registryProxy.port = await edx.startRegistry();
  await once(proxyServer.listen(0, '127.0.0.1'), 'listening');
  registry = `http://127.0.0.1:${(proxyServer.address() as AddressInfo).port}/apis/ccompat/v7`;
  exam = await openExam(undefined, { SCHEMA_REGISTRY_URL: registry, EVENT_BUS_INSECURE: 'on' });
  brokers = exam.configuration.kafkaBrokers.join();
  prefix = exam.prefix.slice(0, -1);
  await withAdmin(brokers, (admin) =>
    admin.createTopics({
      topics: exam.configuration.eventBusTopics.map((topic) => ({ topic: exam.prefix + topic, numPartitions: 2 })),
    }),
  );
  worker = await startWorker(exam.configuration, exam.database.urls.worker);
});
afterAll(async () => {
  await worker?.close();
  await edx?.close();
  proxyServer.close();
  await exam?.close();
});

const contentId = 'block-v1:OrgX+Demo+2031+type@sequential+block@midterm';
const userOf = (id: number, name: string) => ({
  id,
  is_active: true,
  pii: { username: name, email: `${name}@example.org`, name: `${name} Learner` },
});
const nobody = (id: number) => ({ id, is_active: false, pii: { username: '', email: '', name: '' } });
const [alice, bob, cyd, teacher] = [userOf(2, 'alice'), userOf(3, 'bob'), userOf(6, 'cyd'), userOf(5, 'teacher')];

describe('an event of an exam', () => {
  story('waits in the log while the schema registry is away', async () => {
    const users = [alice, bob, cyd, teacher].map(({ id, pii: { username, email, name } }) => ({
      ...{ id, username, email, full_name: name },
    }));
    await exam.request(people.staff, 'PUT', '/api/lms/v1/roster', { users });
    const [first, second, third] = [2, 3, 6].map((id) => exam.learner(id));
    await first.creates();
    await first.by(StartAttempt);
    await first.by(SubmitAttempt);
    await first.isReviewed('Suspicious', 5);
    await first.isReviewed('Clean', null);
    await second.creates();
    await second.by(StartAttempt);
    await second.by(ReportError);
    await second.by(RemoveAttempt, {}, { actor: { kind: 'user', userId: 5 } });
    await third.creates();
    await third.by(StartAttempt);
    await third.by(SubmitAttempt);
    const owner = { ...people.staff, superuser: true };
    expect((await exam.request(owner, 'POST', '/api/edx_proctoring/v1/retire_user/6/')).status).toBe(204);
    await until(async () => registryProxy.tried > 0, 'the registry gets a request');
    expect((await exam.lag()).events).toBeGreaterThan(10);
  });

  story('reaches the signals of Open edX once the registry is there', async () => {
    registryProxy.isOpen = true;
    await exam.allIsPublished();
    const [topic, groupId] = [exam.prefix + examAttemptTopic, `${exam.prefix}lms`];
    await withAdmin(brokers, async (admin) => {
      const partitions = await admin.fetchTopicOffsets(topic);
      await admin.setOffsets({ groupId, topic, partitions: partitions.map((each) => ({ ...each, offset: '0' })) });
    });
    const emitted = await edx!.signals(6, brokers, registry, prefix, examAttemptTopic, groupId);
    const common = { course_key: courseId, usage_key: contentId, exam_type: 'proctored' };
    const signal = (word: string, student_user: object, requesting_user: object | null) => [
      `org.openedx.learning.exam.attempt.${word}.v1`,
      { exam_attempt: { ...common, student_user, requesting_user } },
    ];
    expect(emitted.map(({ type, data }) => [type, data])).toEqual([
      signal('submitted', alice, alice),
      signal('rejected', alice, null),
      signal('verified', alice, null),
      signal('errored', bob, null),
      signal('reset', bob, teacher),
      signal('submitted', nobody(6), nobody(6)),
    ]);

    const inKafka = await exam.arrived([examAttemptTopic]);
    expect(inKafka.map(({ headers }) => headers)).toEqual(
      emitted.map(({ type, metadata: { id, sourcehost } }) => ({
        ce_specversion: '1.0',
        ce_type: type,
        ce_id: id,
        ce_source: 'openedx/exam-proctoring/web',
        ce_time: expect.stringMatching(/\+00:00$/),
        ce_minorversion: '0',
        sourcehost,
        sourcelib: '10.5.0',
        'content-type': 'application/avro',
        ce_datacontenttype: 'application/avro',
      })),
    );
    expect(emitted.map(({ metadata }) => Date.parse(metadata.time as string))).toEqual(
      inKafka.map(({ headers }) => Date.parse(headers.ce_time)),
    );
    for (const { type, schema } of emitted) {
      const subject = `${registry}/subjects/${topic}-${type}.CloudEvent/versions/latest`;
      expect(((await (await fetch(subject)).json()) as { schema: string }).schema).toBe(schema);
    }
  });
});

describe('a message of the LMS', () => {
  const topicOf: Record<string, [topic: string, key: string]> = {
    'learning.course.enrollment.created': ['learning-course-enrollment-lifecycle', 'enrollment.course.course_key'],
    'learning.course.enrollment.changed': ['learning-course-enrollment-lifecycle', 'enrollment.course.course_key'],
    'learning.course.unenrollment.completed': ['course-unenrollment-lifecycle', 'enrollment.course.course_key'],
    'learning.user.course_access_role.added': [
      'learning-course-access-role-lifecycle',
      'course_access_role_data.course_key',
    ],
    'learning.user.course_access_role.removed': [
      'learning-course-access-role-lifecycle',
      'course_access_role_data.course_key',
    ],
    'learning.user.retirement.completed': ['learning-user-retirement-lifecycle', 'user.id'],
    'content_authoring.course.catalog_info.changed': ['course-catalog-info-changed', 'catalog_info.course_key'],
  };
  let producer: (event: EdxEvent) => Promise<void>;
  beforeAll(() => {
    if (edx) producer = edx.producer(brokers, registry, prefix);
  });

  const minute = (minutes: number) => new Date(Date.UTC(2031, 0, 1, 12, minutes)).toISOString().replace('Z', '+00:00');
  const publish = (event: string, minutes: number, data: object) => {
    const [topic, key] = topicOf[event];
    return producer({ type: `org.openedx.${event}.v1`, topic, key, time: minute(minutes), data });
  };
  const enrollment = (user: object, more: object = {}) => ({
    enrollment: {
      user,
      course: { course_key: courseId, display_name: 'Demo' },
      mode: 'verified',
      is_active: true,
      creation_date: minute(0),
      ...more,
    },
  });
  const enrolled = 'learning.course.enrollment.created';
  const [dana, eve, fred] = [userOf(40, 'dana'), userOf(41, 'eve'), userOf(42, 'fred')];
  const mayTake = ({ id }: { id: number }) => roster.mayTakeProctoredExams(exam.pool, id, courseId);
  const isStaff = ({ id }: { id: number }) => roster.isCourseStaff(exam.pool, id, courseId);

  /** Waits until a marker is enrolled. Earlier messages of the topic are handled by then. */
  let lastId = 1000;
  const allIsRead = async () => {
    const marker = userOf(++lastId, `marker${lastId}`);
    await publish(enrolled, 0, enrollment(marker));
    await until(() => mayTake(marker), 'all messages are read');
  };

  story('changes an enrolment: created, changed and cancelled', async () => {
    await publish(enrolled, 1, enrollment(dana));
    await until(() => mayTake(dana), 'the learner is enrolled');
    expect(await roster.userByName(exam.pool, 'dana')).toMatchObject({ id: 40, email: 'dana@example.org' });
    await publish('learning.course.enrollment.changed', 2, enrollment(dana, { mode: 'audit' }));
    await until(async () => !(await mayTake(dana)), 'the learner is an auditor');
    await publish('learning.course.enrollment.changed', 3, enrollment(dana));
    await until(() => mayTake(dana), 'the learner is verified again');
    await publish('learning.course.unenrollment.completed', 4, enrollment(dana, { is_active: false }));
    await until(async () => !(await mayTake(dana)), 'the learner has left');
  });

  story('counts by its time, in any order and however often it comes', async () => {
    await publish(enrolled, 3, enrollment(dana));
    await publish(enrolled, 10, enrollment(eve));
    await publish('learning.course.enrollment.changed', 9, enrollment(eve, { mode: 'audit' }));
    await publish(enrolled, 10, enrollment(eve));
    await allIsRead();
    expect([await mayTake(dana), await mayTake(eve)]).toEqual([false, true]);
    const { rows } = await exam.pool.query('select mode, told_at from enrollments where user_id = 41');
    expect(rows).toEqual([{ mode: 'verified', told_at: new Date(minute(10)) }]);
  });

  story('changes course staff, each role separately', async () => {
    const role = (role: string) => ({
      course_access_role_data: { user: teacher, org_key: 'OrgX', course_key: courseId, role },
    });
    await publish('learning.user.course_access_role.added', 1, role('instructor'));
    await publish('learning.user.course_access_role.added', 2, role('staff'));
    await until(() => isStaff(teacher), 'the teacher is staff');
    await publish('learning.user.course_access_role.removed', 4, role('staff'));
    await publish('learning.user.course_access_role.added', 3, role('staff'));
    await publish('learning.user.course_access_role.added', 5, role('beta_testers'));
    await publish('learning.user.course_access_role.added', 1, {
      course_access_role_data: { user: eve, org_key: 'OrgX', course_key: courseId, role: 'limited_staff' },
    });
    await until(() => isStaff(eve), 'all messages are read');
    expect(await isStaff(teacher)).toBe(true);
    await publish('learning.user.course_access_role.removed', 6, role('instructor'));
    await until(async () => !(await isStaff(teacher)), 'the teacher is no longer staff');
  });

  story('changes the name, the start and the end of a course', async () => {
    const info = (name: string, end: string | null, course_key = courseId) => ({
      catalog_info: {
        course_key,
        name,
        schedule_data: { start: minute(0), pacing: 'self', end },
        hidden: false,
        invitation_only: false,
      },
    });
    const courses = [{ course_id: courseId, display_name: 'Old', escalation_email: 'help@example.org' }];
    await exam.request(people.staff, 'PUT', '/api/lms/v1/roster', { courses });
    const changed = 'content_authoring.course.catalog_info.changed';
    await publish(changed, 2, info('New', minute(90)));
    await publish(changed, 1, info('Older', null));
    await publish(changed, 1, info('Other', null, 'course-v1:OrgX+Other+2031'));
    const named = async (id: string) =>
      (await exam.pool.query('select * from courses where course_id = $1', [id])).rows[0];
    await until(
      async () => (await named('course-v1:OrgX+Other+2031'))?.display_name === 'Other',
      'the other course is known',
    );
    await until(async () => (await named(courseId)).display_name !== 'Old', 'the course has a new name');
    expect(await named(courseId)).toMatchObject({
      display_name: 'New',
      ends_at: new Date(minute(90)),
      escalation_email: 'help@example.org',
    });
  });

  story('retires a learner if EVENT_BUS_RETIREMENTS is on, and no later message brings the person back', async () => {
    await publish(enrolled, 1, enrollment(fred));
    await until(() => mayTake(fred), 'the learner is enrolled');
    await exam.learner(42).by(GrantAllowance, { key: 'additional_time_granted', value: '10' }, byStaff);
    const warnings = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    await publish('learning.user.retirement.completed', 2, { user: { id: 42, is_active: false } });
    const ignored = () => warnings.mock.calls.some(([line]) => String(line).includes('EVENT_BUS_RETIREMENTS is off'));
    await until(async () => ignored(), 'the retirement is ignored');
    warnings.mockRestore();
    expect(await mayTake(fred)).toBe(true);
    await worker.close();
    worker = await startWorker({ ...exam.configuration, eventBusRetirements: 'on' }, exam.database.urls.worker);
    await publish('learning.user.retirement.completed', 2, { user: { id: 42, is_active: false } });
    const retired = async () =>
      (
        await exam.pool.query(`select actor from (select type, metadata->'actor' as actor, data from events) e
       where type = 'LearnerRetired' and data->>'userId' = '42'`)
      ).rows;
    await until(async () => (await retired()).length === 1, 'the learner is retired');
    expect(await retired()).toEqual([{ actor: { kind: 'lms' } }]);
    await publish('learning.user.retirement.completed', 2, { user: { id: 42, is_active: false } });
    await publish(enrolled, 3, enrollment(fred));
    await allIsRead();
    expect(await mayTake(fred)).toBe(false);
    expect(await roster.userById(exam.pool, 42)).toMatchObject({ email: '', fullName: '', isActive: false });
    const place = { stream: 'attempts-1-42', field: 'review' };
    const encrypted = await learnerKeys.encryptFor(exam.pool, 42, 'a note', place);
    expect(await learnerKeys.decryptFor(exam.pool, 42, encrypted, place)).toBeUndefined();
  });

  story('that cannot be read becomes a dead letter, and reading goes on', async () => {
    const kafka = clientOf(brokers).producer();
    await kafka.connect();
    const headers = { ce_type: `org.openedx.${enrolled}.v1`, ce_time: minute(1) };
    const malformed = [Buffer.from('garbage'), Buffer.from([0, 0, 0, 0, 1]), Buffer.from('000001869f54', 'hex'), null];
    const topic = `${exam.prefix}learning-course-enrollment-lifecycle`;
    await kafka.send({ topic, messages: malformed.map((value) => ({ key: 'a course', value, headers })) });
    await kafka.send({ topic, messages: [{ value: 'of no type', headers: { ce_time: minute(1) } }] });
    await kafka.disconnect();
    await publish(enrolled, 1, enrollment({ ...nobody(77), is_active: true }));
    await publish(enrolled, 1, enrollment(userOf(78, 'alice')));
    await allIsRead();

    const deadLettersIn = () => exam.arrived([deadLetterTopic]);
    await until(async () => (await deadLettersIn()).length === 7, 'there are seven dead letters');
    const letters = await deadLettersIn();
    expect(letters.map(({ headers }) => headers.dead_letter_reason).sort()).toEqual(
      [
        'it is not in the wire format of a schema registry',
        'it is not in the wire format of a schema registry',
        'it is not in the wire format of a schema registry',
        'The schema registry has no schema 99999.',
        'it needs exactly one header ce_type',
        'no user 77, and no user name',
        'the user name is that of another user',
      ].sort(),
    );
    // `arrived` reads an absent key or value as the text "null".
    expect(new Set(letters.flatMap(({ key, value }) => [key, value]))).toEqual(new Set(['null']));
    expect(letters[0].headers).toMatchObject({ ce_type: headers.ce_type, dead_letter_place: expect.any(String) });
  });
});
