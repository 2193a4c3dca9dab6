import { specOf } from '../testing.js';
import { exam } from './exam.js';
import { examTypeOf } from './exam-type.js';

const given = specOf(exam);
const at = '2031-05-05T12:00:00.000Z';
const definition = {
  examName: 'Midterm',
  timeLimitMins: 90,
  dueDate: at,
  isProctored: true,
  isPracticeExam: false,
  isActive: true,
  hideAfterDue: false,
  externalId: 'test-exam-7',
  backend: 'test',
};
const courseId = 'course-v1:OrgX+Demo+2031';
const data = { examId: 7, courseId, contentId: 'midterm', ...definition, at };
const created = { type: 'ExamCreated', data } as const;
const revise = (changes: object) => ({ type: 'ReviseExam', data: { examId: 7, changes, at } }) as const;

describe('an exam', () => {
  it('is created', () => given().when({ type: 'CreateExam', data }).then(created));

  it('changes the fields that are given; null leaves a field as it is', () =>
    given(created)
      .when(revise({ examName: 'Final', externalId: null, backend: undefined }))
      .then({ type: 'ExamRevised', data: { examId: 7, at, ...definition, examName: 'Final' } }));

  it('has no due date after null', () =>
    given(created)
      .when(revise({ dueDate: null }))
      .then({ type: 'ExamRevised', data: { examId: 7, at, ...definition, dueDate: null } }));

  it('does not change when the values are the same', () =>
    given(created)
      .when(revise({ timeLimitMins: 90 }))
      .then());

  it('that is unknown cannot be revised', () =>
    given().when(revise({})).thenRefused('exam_not_found', 'There is no exam 7.'));

  it('has one review policy, which keeps its id; an empty text removes it', () => {
    const set = (policy: string) =>
      ({ type: 'SetReviewPolicy', data: { examId: 7, policyId: 3, policy, setBy: 1, at } }) as const;
    const policySet = {
      type: 'ReviewPolicySet',
      data: { examId: 7, policyId: 3, policy: 'Open book', setBy: 1, at },
    } as const;
    given(created).when(set('Open book')).then(policySet);
    given(created, policySet).when(set('Open book')).then();
    given(created, policySet)
      .when({ ...set('Closed'), data: { ...set('Closed').data, policyId: 4 } })
      .thenMatching({ type: 'ReviewPolicySet', data: { policyId: 3, policy: 'Closed' } });
    given(created, policySet)
      .when(set(''))
      .then({ type: 'ReviewPolicyRemoved', data: { examId: 7, at } });
    given(created).when(set('')).then();
  });

  it('is created once, and keeps its fields after later events', () => {
    given(created).when({ type: 'CreateExam', data }).then();
    const revised = given(created)
      .when(revise({ examName: 'Final' }))
      .state();
    expect(revised).toMatchObject({
      id: 7,
      courseId: data.courseId,
      contentId: 'midterm',
      ...definition,
      examName: 'Final',
    });
    const policySet = {
      type: 'ReviewPolicySet',
      data: { examId: 7, policyId: 3, policy: 'Open', setBy: 1, at },
    } as const;
    const without = given(created, policySet)
      .when({ type: 'SetReviewPolicy', data: { examId: 7, policyId: 4, policy: '', setBy: 1, at } })
      .state();
    expect(without).toMatchObject({ id: 7, ...definition, reviewPolicyId: null, reviewPolicy: null });
  });

  it('does not change when the due date is left out', () =>
    given(created)
      .when(revise({ dueDate: undefined }))
      .then());

  it('is withdrawn once', () => {
    const withdraw = { type: 'WithdrawExam', data: { examId: 7, at } } as const;
    const withdrawn = { type: 'ExamWithdrawn', data: { examId: 7, at } } as const;
    given(created).when(withdraw).then(withdrawn);
    given(created, withdrawn).when(withdraw).then();
    expect(given(created).when(withdraw).state()).toMatchObject({ isProctored: false, isActive: false });
  });

  const generation = {
    ...definition,
    isPracticeExam: true,
    examType: 'onboarding',
    externalId: null,
    backend: 'lti',
  } as const;
  const begun = { type: 'ExamGenerationBegun', data: { examId: 7, generationId: 9, ...generation, at } } as const;

  const listed = { examName: 'Midterm', timeLimitMins: 90, dueDate: at, hideAfterDue: false, isActive: true };
  const register = (changes: object) => {
    const command = { ...listed, contentId: 'midterm', examType: 'proctored' as const, ...changes };
    const data = { examId: 7, generationId: 9, courseId, provider: 'test', at, ...command };
    return { type: 'RegisterExam', data } as const;
  };

  it('is created by a registration; a timed exam has no provider', () => {
    given()
      .when(register({}))
      .then({ type: 'ExamCreated', data: { ...data, examType: null, externalId: null } });
    const timed = { isProctored: false, backend: null };
    given()
      .when(register({ examType: 'timed' }))
      .thenMatching({ type: 'ExamCreated', data: timed });
  });

  it('changes in place when it is registered with the same type', () => {
    given(created).when(register({})).then();
    given(created)
      .when(register({ examName: 'Final', dueDate: null }))
      .then({ type: 'ExamRevised', data: { examId: 7, at, ...definition, examName: 'Final', dueDate: null } });
  });

  it.each([
    ['another type', { examType: 'onboarding' }],
    ['another provider of its course', { provider: 'lti' }],
  ])('begins a generation with an id of its own when it is registered with %s', (_, changes) => {
    const when = given(created).when(register(changes));
    when.thenMatching({ type: 'ExamGenerationBegun', data: { examId: 7, generationId: 9, externalId: null } });
    expect(when.state()).toMatchObject({ id: 7, generationId: 9 });
  });

  it('begins a generation when it comes back; while it is inactive, nothing changes', () => {
    const withdrawn = { type: 'ExamWithdrawn', data: { examId: 7, at } } as const;
    given(created, withdrawn)
      .when(register({ isActive: false, examName: 'Final' }))
      .then();
    given(created, withdrawn)
      .when(register({}))
      .thenMatching({ type: 'ExamGenerationBegun', data: { generationId: 9, isActive: true } });
  });

  it('begins a generation with another provider, and only once', () => {
    const to = {
      type: 'SwitchExamProvider',
      data: { examId: 7, generationId: 9, backend: 'lti', examType: null, at },
    } as const;
    const switched = { ...definition, backend: 'lti', externalId: null, examType: null };
    given(created)
      .when(to)
      .then({ type: 'ExamGenerationBegun', data: { examId: 7, generationId: 9, at, ...switched } });
    given(created, begun).when(to).then();
    given(created, { type: 'ExamWithdrawn', data: { examId: 7, at } })
      .when(to)
      .then();
  });

  it('names its later generation in its events', () => {
    given(created, begun)
      .when(revise({ examName: 'Final' }))
      .then({ type: 'ExamRevised', data: { examId: 7, generationId: 9, at, ...generation, examName: 'Final' } });
    given(created, begun)
      .when({ type: 'WithdrawExam', data: { examId: 7, at } })
      .then({ type: 'ExamWithdrawn', data: { examId: 7, generationId: 9, at } });
  });

  it('has the type that it was given, even if its provider has no onboarding', () => {
    expect(examTypeOf(generation, false)).toBe('onboarding');
    expect(examTypeOf({ ...generation, examType: 'practice' }, true)).toBe('practice');
    expect(examTypeOf({ ...generation, isPracticeExam: false }, true)).toBe('proctored');
  });

  it.each([
    [false, false, false, 'timed'],
    [true, false, true, 'proctored'],
    [true, true, false, 'practice'],
    [true, true, true, 'onboarding'],
    [false, true, true, 'proctored'],
  ] as const)(
    'proctored %s, practice %s, with onboarding %s is called %s',
    (isProctored, isPracticeExam, onboards, type) =>
      expect(examTypeOf({ isProctored, isPracticeExam }, onboards)).toBe(type),
  );
});
