import { proctoredExam } from '../../../domain/src/learner-at-exam/attempt.examples.js';
import { changesIn, logOf, stories } from '../messages.examples.js';
import { type ExamAttempt, encodeExamAttempt, examAttemptsIn, schemaOf } from './exam-attempts.js';

const { courseId, contentId } = proctoredExam.exam;
const publishedOf = (story: keyof typeof stories) => changesIn(logOf(stories[story])).flatMap(examAttemptsIn);
const namesOf = (story: keyof typeof stories) => publishedOf(story).map(({ name }) => name);

describe('messages for Open edX say', () => {
  it('that an attempt was submitted: by which learner, at which exam, and who requested it', () =>
    expect(publishedOf('submitted')).toEqual([
      { name: 'submitted', userId: 42, courseId, contentId, examType: 'proctored', requestedBy: 42 },
    ]));
  it('that it was verified', () => expect(namesOf('verified')).toEqual(['submitted', 'verified']));
  it('that it was rejected, without the reviewer', () =>
    expect(publishedOf('rejected').slice(1)).toMatchObject([{ name: 'rejected', requestedBy: null }]));
  it('that it had an error', () => expect(namesOf('resumed')).toEqual(['errored']));
  it('that it was reset, and by whom', () =>
    expect(publishedOf('removed at once')).toMatchObject([{ name: 'reset', requestedBy: 7 }]));
  it('that it was submitted because its time was over, as if by the learner', () =>
    expect(publishedOf('out of time')).toMatchObject([{ name: 'submitted', requestedBy: 42 }]));
  it('that it is an onboarding exam', () =>
    expect(publishedOf('reset, for practice')).toMatchObject([{ name: 'errored', examType: 'onboarding' }]));
  it('nothing about changes that Open edX has no event for', () => {
    for (const story of ['started', 'declined', 'acknowledged'] as const) expect(namesOf(story)).toEqual([]);
  });
});

describe('on the wire', () => {
  const alice = { id: 42, isActive: true, username: 'alice', email: 'alice@example.com', fullName: 'Alice A' };
  const attempt: ExamAttempt = {
    name: 'submitted',
    userId: 42,
    courseId: 'course-v1:edX+777+2023FW',
    contentId: 'block-v1:edX+777+2023FW+type@sequential+block@abc',
    examType: 'proctored',
    requestedBy: null,
  };
  const sent = (more: Partial<ExamAttempt> = {}) => {
    const { key, value } = encodeExamAttempt({ ...attempt, ...more }, () => alice, { key: 1, value: 2 });
    return { key: key.toString('hex'), value: value.toString('hex') };
  };
  const user = '54010a616c69636522616c696365406578616d706c652e636f6d0e416c6963652041'; // 42, active, alice, alice@example.com, Alice A

  it('key and value are the bytes that openedx-events writes', () =>
    expect(sent()).toEqual({
      key: '000000000130636f757273652d76313a6564582b3737372b323032334657',
      value:
        '000000000254010a616c69636522616c696365406578616d706c652e636f6d0e416c696365204130636f757273652d76313a6564582b373737' +
        '2b32303233465762626c6f636b2d76313a6564582b3737372b3230323346572b747970654073657175656e7469616c2b626c6f636b40616263' +
        '1270726f63746f72656400',
    }));
  it('the requester comes last', () =>
    expect(sent({ requestedBy: 42 }).value).toBe(sent().value.replace(/00$/, `02${user}`)));
  it('the schema has the name of the event', () =>
    expect(JSON.parse(schemaOf('reset')).namespace).toBe('org.openedx.learning.exam.attempt.reset.v1'));
});
