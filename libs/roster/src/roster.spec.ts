import { openDatabase } from '../../../test/support/database.js';
import { shared } from '../../../test/support/hooks.js';
import { proctoredLearners } from '../../read-models/src/index.js';
import * as roster from './index.js';

const demo = 'course-v1:OrgX+Demo+2024';
const one = 'block-v1:OrgX+Demo+2024+type@sequential+block@one';
const two = 'block-v1:OrgX+Demo+2024+type@sequential+block@two';
const alice = { id: 2, username: 'alice', email: 'alice@example.org', full_name: 'Alice Learner' };
const bob = { id: 3, username: 'bob', email: 'bob@example.org' };
const course = {
  course_id: demo,
  display_name: 'Demo',
  end: '2031-06-01T00:00:00Z',
  escalation_email: 'help@example.org',
};

const database = shared(openDatabase);
const put = (document: unknown, parts: readonly roster.RosterPart[] = roster.rosterParts) =>
  roster.upsertRoster(database.pool, document, { parts, privilegedNames: ['retirement_worker'] });
const errorsOf = (document: unknown) =>
  put(document).then(
    () => [],
    (error) => error.errors,
  );

beforeEach(() => database.owner.query('truncate users, courses, credit_requirements cascade'));

describe('the roster', () => {
  it('counts the items that it gets, and answers queries', async () => {
    const counts = await put({
      users: [alice, bob],
      courses: [course],
      enrollments: [{ user: 'alice', course_id: demo, mode: 'verified' }],
      course_staff: [{ user: 3, course_id: demo }],
    });
    expect(counts).toEqual({ users: 2, courses: 1, enrollments: 1, course_staff: 1 });
    expect(await roster.userByName(database.pool, 'alice')).toEqual({
      id: 2,
      username: 'alice',
      email: 'alice@example.org',
      fullName: 'Alice Learner',
      isStaff: false,
      isSuperuser: false,
      isActive: true,
      groups: [],
    });
    expect((await roster.userByEmail(database.pool, 'bob@example.org'))?.id).toBe(3);
    expect([...(await roster.usersByIds(database.pool, [3, 9])).keys()]).toEqual([3]);
    expect(await roster.isCourseStaff(database.pool, 3, demo)).toBe(true);
    expect(await roster.isCourseStaff(database.pool, 3, demo, 'a/b/c')).toBe(false);
    expect(await roster.courseEnd(database.pool, demo)).toBe('2031-06-01T00:00:00.000Z');
    expect(await roster.escalationEmail(database.pool, demo)).toBe('help@example.org');
    expect(await roster.escalationEmail(database.pool, 'a/b/c')).toBeNull();
  });

  it('accepts a large course at once', async () => {
    const users = Array.from({ length: 5000 }, (_, n) => ({ id: n + 1, username: `user${n}`, email: '' }));
    const enrollments = users.map(({ username }) => ({ user: username, course_id: demo, mode: 'verified' }));
    await put({ users, enrollments });
    const { rows } = await database.pool.query('select count(*)::int as count from enrollments');
    expect(rows[0].count).toBe(5000);
  });

  it('is written in short transactions, so that deliveries continue, and not at all if its last item is wrong', async () => {
    const users = Array.from({ length: 2500 }, (_, n) => ({ id: n + 1, username: `user${n}`, email: '' }));
    const errors = await errorsOf({
      users,
      verified_names: [{ user: 'nobody', verified_name: 'N', status: 'approved' }],
    });
    expect(errors).toHaveLength(1);
    expect(await roster.userById(database.pool, 1)).toBeUndefined();
    await put({ users });
    const { rows } = await database.owner.query('select count(distinct xmin::text)::int as transactions from users');
    expect(rows).toEqual([{ transactions: 3 }]);
  });

  it('replaces a repeated item, but keeps a name and groups that the item does not have', async () => {
    await put({ users: [{ ...alice, is_staff: true, groups: ['test_review'] }] });
    await put({ users: [{ id: 2, username: 'alice', email: 'new@example.org' }] });
    expect(await roster.userById(database.pool, 2)).toMatchObject({
      email: 'new@example.org',
      fullName: 'Alice Learner',
      isStaff: false,
      groups: ['test_review'],
    });
  });

  it('accepts only the course roles of Open edX', async () => {
    for (const role of roster.courseRoles)
      await put({ users: [alice], course_staff: [{ user: 'alice', course_id: demo, role }] });
    for (const role of ['beta_testers', 'STAFF', ''])
      expect(await errorsOf({ course_staff: [{ user: 2, course_id: demo, role }] })).toEqual([
        {
          section: 'course_staff',
          index: 0,
          field: 'role',
          message: 'must be one of staff, instructor, limited_staff, data_researcher',
        },
      ]);
  });

  it('uses the last of several items with the same key', async () => {
    await put({ users: [alice, { ...alice, email: 'last@example.org' }] });
    expect((await roster.userById(database.pool, 2))?.email).toBe('last@example.org');
  });

  it('lets two people exchange their names, but refuses the name of another person', async () => {
    await put({ users: [alice, bob] });
    await put({
      users: [
        { ...alice, username: 'bob' },
        { ...bob, username: 'alice' },
      ],
    });
    expect((await roster.userByName(database.pool, 'alice'))?.id).toBe(3);
    expect(await errorsOf({ users: [{ ...alice, id: 4 }] })).toEqual([
      { section: 'users', index: 0, field: 'username', message: 'belongs to another user' },
    ]);
  });

  it('names every invalid item by section, index and field, and writes nothing', async () => {
    const errors = await errorsOf({
      users: [alice, { id: 0, username: 'x', email: 'e', is_staff: 'yes' }, 7],
      courses: [
        { course_id: 'a\0b', display_name: 'NUL' },
        { display_name: 'none', end: '2031-06-01' },
      ],
      removed: { enrollments: [{ course_id: demo }] },
      grades: [],
    });
    expect(errors.map(({ section, index, field }: roster.RosterError) => [section, index, field])).toEqual([
      ['users', 1, 'id'],
      ['users', 1, 'is_staff'],
      ['users', 2, null],
      ['courses', 0, 'course_id'],
      ['courses', 1, 'course_id'],
      ['courses', 1, 'end'],
      ['grades', null, null],
      ['removed.enrollments', 0, 'user'],
    ]);
    expect(await roster.userById(database.pool, 2)).toBeUndefined();
  });

  it.each([[undefined], [null], [[]], ['users'], [{ users: {} }], [{ removed: 5 }]])('refuses %j', async (document) => {
    expect(await errorsOf(document)).toHaveLength(1);
  });

  it('names times that do not exist, texts and lists that are too long, and writes nothing', async () => {
    const noTimes = [
      '2031-02-30T10:00:00Z',
      '2031-05-05T24:00:00Z',
      '0000-01-01T00:00:00Z',
      '2031-05-05T10:00:00+99:99',
    ];
    const document = {
      users: [{ ...alice, username: '長'.repeat(256), groups: Array(1001).fill('x') }],
      courses: noTimes.map((end) => ({ ...course, end })),
      credit_requirements: [{ course_id: demo, namespace: 'x'.repeat(101), name: 'x'.repeat(255), order: 1 }],
    };
    const errors: roster.RosterError[] = await errorsOf(document);
    expect(errors.map(({ section, index, field }) => `${section}.${index}.${field}`)).toEqual([
      'users.0.username',
      'users.0.groups',
      ...noTimes.map((_, index) => `courses.${index}.end`),
      'credit_requirements.0.namespace',
    ]);
    expect(await roster.userById(database.pool, alice.id)).toBeUndefined();
  });

  it('keeps the longest names in any script', async () => {
    const longest = (length: number) =>
      Array.from({ length }, (_, index) => String.fromCodePoint(0x20000 + index * 7)).join('');
    const requirement = { course_id: longest(255), namespace: longest(100), name: longest(255), order: 1 };
    const user = { ...alice, username: longest(255), email: longest(255) };
    expect(await put({ users: [user], credit_requirements: [{ ...requirement, statuses: { 2: 'x' } }] })).toMatchObject(
      {
        users: 1,
      },
    );
  });

  it('refuses updates of the event bus that the roster would refuse', async () => {
    const user = { id: 7, username: 'carol', email: '', fullName: '', isActive: true };
    const enrollment = { of: 'enrollment', user, courseId: demo, mode: 'verified', isActive: true } as const;
    const about = { of: 'course', courseId: demo, displayName: 'Demo', startsAt: null, endsAt: null } as const;
    const odd: roster.RosterUpdate[] = [
      { ...enrollment, mode: 'x'.repeat(256) },
      { ...enrollment, courseId: '' },
      { ...enrollment, user: { ...user, id: 0 } },
      { ...enrollment, user: { ...user, username: 'x'.repeat(4000) } },
      { ...about, startsAt: 'infinity' },
      { ...about, endsAt: '2031-02-30T00:00:00Z' },
    ];
    for (const fact of odd)
      await expect(roster.keepUpdate(database.pool, fact, '2031-05-05T10:00:00Z')).rejects.toBeInstanceOf(
        roster.UpdateRefused,
      );
    expect(await roster.userById(database.pool, 7)).toBeUndefined();
  });

  it('refuses items about unknown people, and then writes no other item', async () => {
    const requirement = {
      course_id: demo,
      namespace: 'proctored_exam',
      name: one,
      order: 1,
      statuses: { carol: 'failed' },
    };
    expect(
      await errorsOf({ users: [alice], enrollments: [{ user: 'carol', course_id: demo, mode: 'audit' }] }),
    ).toEqual([{ section: 'enrollments', index: 0, field: 'user', message: 'no user "carol"' }]);
    expect(await errorsOf({ credit_requirements: [requirement] })).toEqual([
      { section: 'credit_requirements', index: 0, field: 'statuses', message: 'no user "carol"' },
    ]);
    expect(await roster.userById(database.pool, 2)).toBeUndefined();
  });

  it('removes enrolments and staff roles', async () => {
    const both = { user: 'alice', course_id: demo };
    await put({ users: [alice], enrollments: [{ ...both, mode: 'verified' }], course_staff: [both] });
    await put({ removed: { enrollments: [both], course_staff: [{ ...both, user: 2 }] } });
    expect(await roster.isCourseStaff(database.pool, 2, demo)).toBe(false);
    expect(await roster.creditState(database.pool, 2, demo)).toBeNull();
  });
});

describe("a learner's credit state", () => {
  it('is unknown without an active enrolment', async () => {
    await put({ users: [alice], enrollments: [{ user: 2, course_id: demo, mode: 'verified', is_active: false }] });
    expect(await roster.creditState(database.pool, 2, demo)).toBeNull();
  });

  it('lists the requirements in order, with the status of each', async () => {
    const requirement = { course_id: demo, namespace: 'proctored_exam', order: 1 };
    await put({
      users: [alice],
      courses: [course],
      enrollments: [{ user: 2, course_id: demo, mode: 'verified' }],
      credit_requirements: [
        { ...requirement, name: 'later', order: 2 },
        { ...requirement, name: one, display_name: 'One', statuses: { '2': 'failed' } },
      ],
    });
    await database.pool.query(
      roster.setCreditStatus(2, demo, 'proctored_exam', 'later', 'satisfied', '2031-05-05T10:00:00.000Z'),
    );
    const entry = { namespace: 'proctored_exam', criteria: {}, reason: {}, status_date: expect.any(String) };
    expect(await roster.creditState(database.pool, 2, demo)).toEqual({
      enrollment_mode: 'verified',
      profile_fullname: 'Alice Learner',
      student_email: 'alice@example.org',
      credit_requirement_status: [
        { ...entry, name: one, display_name: 'One', order: 1, status: 'failed' },
        {
          ...entry,
          name: 'later',
          display_name: 'later',
          order: 2,
          status: 'satisfied',
          status_date: '2031-05-05T10:00:00.000Z',
        },
      ],
      course_name: 'Demo',
      course_end_date: '2031-06-01T00:00:00.000Z',
    });
    await database.pool.query(roster.removeCreditStatus(2, demo, 'proctored_exam', one));
    const state = await roster.creditState(database.pool, 2, demo);
    expect(state?.credit_requirement_status[0]).toMatchObject({ status: null, reason: null, status_date: null });
  });
});

describe('without the scope of rights', () => {
  const admin = { id: 9, username: 'admin', email: 'admin@example.org', is_staff: true, is_superuser: true };
  const teacher = { id: 8, username: 'teacher', email: 'teacher@example.org' };
  const putPeople = (...users: object[]) => put({ users }, ['people', 'courses']);

  beforeEach(() => put({ users: [alice, bob, admin, teacher], course_staff: [{ user: 8, course_id: demo }] }));

  it.each([
    ['becomes staff', { ...alice, is_staff: true }, 'is_staff of user 2'],
    ['becomes superuser', { ...alice, is_superuser: true }, 'is_superuser of user 2'],
    ['joins a group', { ...alice, groups: ['test_review'] }, 'groups of user 2'],
    ['comes with rights', { ...alice, id: 70, username: 'new', is_staff: true }, 'is_staff of user 70'],
    ['loses rights', { ...admin, is_superuser: false }, 'is_superuser of user 9'],
    ['is no longer found by the name that has the rights', { ...admin, username: 'x' }, 'username of user 9'],
    ['is locked out', { ...admin, is_active: false }, 'is_active of user 9'],
    ['is no longer found as a teacher', { ...teacher, username: 'x' }, 'username of user 8'],
    ['takes a name that may retire learners', { ...bob, username: 'retirement_worker' }, 'username of user 3'],
    ['comes with such a name', { ...bob, id: 70, username: 'retirement_worker' }, 'username of user 70'],
  ])('nobody %s', async (_, user, what) => {
    const before = await roster.usersByIds(database.pool, [2, 3, 8, 9, 70]);
    await expect(putPeople({ ...alice, email: 'changed@example.org' }, user)).rejects.toThrow(
      `To change ${what} in the roster takes the scope roster:rights.`,
    );
    expect(await roster.usersByIds(database.pool, [2, 3, 8, 9, 70])).toEqual(before);
  });

  it('no name moves from somebody with rights to somebody else', async () => {
    const swapped = [
      { ...alice, username: 'admin' },
      { ...admin, username: 'alice' },
    ];
    await expect(putPeople(...swapped)).rejects.toThrow('username of user 9');
  });

  it('people are described, and keep their rights', async () => {
    await putPeople({ ...alice, username: 'alicia' }, { id: 9, username: 'admin', email: 'new@example.org' });
    expect(await roster.userById(database.pool, 2)).toMatchObject({ username: 'alicia', isStaff: false });
    expect(await roster.userById(database.pool, 9)).toMatchObject({
      email: 'new@example.org',
      isStaff: true,
      isSuperuser: true,
    });
    await putPeople(admin);
  });

  it.each([
    ['course_staff', { course_staff: [{ user: 2, course_id: demo }] }, 'rights'],
    ['course_staff', { removed: { course_staff: [{ user: 8, course_id: demo }] } }, 'rights'],
    ['courses', { courses: [course] }, 'courses'],
    ['enrollments', { removed: { enrollments: [{ user: 2, course_id: demo }] } }, 'people'],
  ])('%s is a part by itself', async (section, document, part) => {
    const others = roster.rosterParts.filter((each) => each !== part);
    await expect(put(document, others)).rejects.toThrow(
      `To change ${section} in the roster takes the scope roster:${part}.`,
    );
    await put(document, [part as roster.RosterPart]);
  });
});

describe('a due date', () => {
  const everybody = { course_id: demo, content_id: one, field: 'due', date: '2031-05-05T10:00:00Z' };
  const own = { ...everybody, user: 'alice', date: '2031-05-07T10:00:00+02:00' };
  const dueAt = async (contentId: string, userId: number) => {
    const text = `select ${roster.dueDateSql} as due from (select) asked ${roster.joinDatesSql('$1', '$2', '$3')}`;
    return (await database.pool.query(text, [demo, contentId, userId])).rows[0].due?.toISOString();
  };
  const due = (userId: number) => dueAt(one, userId);

  it("is the learner's own, else the common one, else none", async () => {
    await put({ users: [alice], dates: [everybody, own] });
    expect(await due(2)).toBe('2031-05-07T08:00:00.000Z');
    expect(await due(3)).toBe('2031-05-05T10:00:00.000Z');
    await put({ dates: [own, { ...own, date: null }] });
    expect(await due(2)).toBe('2031-05-05T10:00:00.000Z');
    await put({ dates: [{ ...everybody, date: null }] });
    expect(await due(2)).toBeUndefined();
  });

  it("of a learner is not used while everybody's is removed, and is used without one of everybody", async () => {
    await put({ users: [alice], dates: [{ ...own, content_id: two }] });
    const dueAtTwo = () => dueAt(two, 2);
    expect(await dueAtTwo()).toBe('2031-05-07T08:00:00.000Z');
    await put({ dates: [{ ...everybody, content_id: two, date: null }] });
    expect(await dueAtTwo()).toBeUndefined();
    await put({ dates: [{ ...everybody, content_id: two }] });
    expect(await dueAtTwo()).toBe('2031-05-07T08:00:00.000Z');
  });
});

describe('the course outline', () => {
  it('opens a sequence between its start and its due date, and always if it has no schedule', async () => {
    const sequence = {
      course_id: demo,
      content_id: one,
      effective_start: '2031-05-05T10:00:00Z',
      due: '2031-05-06T10:00:00Z',
    };
    await put({
      users: [alice],
      courses: [course],
      schedules: [sequence, { ...sequence, user: 2, accessible: false }],
    });
    const at = async (time: string, userId = 3) =>
      (await roster.outline(database.pool, demo, userId, [one, 'other'], time)).sequences;
    expect((await at('2031-05-05T09:59:59Z')).get(one)?.accessible).toBe(false);
    expect((await at('2031-05-05T10:00:00Z')).get(one)).toEqual({
      accessible: true,
      scheduled: true,
      effectiveStart: '2031-05-05T10:00:00.000Z',
      due: '2031-05-06T10:00:00.000Z',
    });
    expect((await at('2031-05-06T10:00:01Z')).get(one)?.accessible).toBe(false);
    expect((await at('2031-05-05T10:00:00Z', 2)).get(one)?.accessible).toBe(false);
    expect((await at('2031-05-05T10:00:00Z')).get('other')?.accessible).toBe(true);
  });
});

describe('people in a course', () => {
  it('may take proctored exams when enrolled in a mode that has them', async () => {
    const enrolled = { course_id: demo, mode: 'audit' };
    await put({
      users: [alice, bob],
      enrollments: [
        { ...enrolled, user: 'alice', mode: 'masters' },
        { ...enrolled, user: 'bob' },
      ],
    });
    expect(await roster.mayTakeProctoredExams(database.pool, 2, demo)).toBe(true);
    expect(await roster.mayTakeProctoredExams(database.pool, 3, demo)).toBe(false);
    const found = (text: string) =>
      proctoredLearners(database.pool, demo, { search: text }, () => ({ offset: 0, limit: 25 }));
    const onlyAlice = { count: 1, learners: [{ userId: 2, username: 'alice', mode: 'masters' }] };
    expect(await found('')).toEqual(onlyAlice);
    expect(await found('ALICE@')).toEqual(onlyAlice);
    expect(await found('%')).toEqual({ count: 0, learners: [] });
  });

  it('have the verified name that was sent last and not denied', async () => {
    const names = ['Alice One', 'Alice Two', 'Alice Three'].map((verified_name) => ({
      user: 2,
      verified_name,
      status: 'approved',
    }));
    await put({ users: [alice], verified_names: names });
    await put({ verified_names: [{ ...names[2], status: 'denied' }] });
    expect(await roster.verifiedName(database.pool, 2)).toBe('Alice Two');
    await put({ verified_names: [names[0]] });
    expect(await roster.verifiedName(database.pool, 2)).toBe('Alice One');
  });

  it('leave only an id when they retire', async () => {
    await put({
      users: [{ ...alice, groups: ['test_review'] }],
      verified_names: [{ user: 2, verified_name: 'Alice', status: 'approved' }],
      enrollments: [{ user: 2, course_id: demo, mode: 'verified' }],
    });
    await roster.forgetUser(database.pool, 2);
    const { rows } = await database.pool.query(
      'select * from users left join verified_names on user_id = id left join enrollments using (user_id)',
    );
    expect(JSON.stringify(rows)).not.toMatch(/alice/i);
    expect(await roster.userById(database.pool, 2)).toMatchObject({ isActive: false, email: '' });
  });
});
