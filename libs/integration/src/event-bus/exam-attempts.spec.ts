import { proctoredExam } from '../../../domain/src/learner-at-exam/attempt.examples.js';
import { logOf, stories } from '../messages.examples.js';
import { changesIn } from '../topic.js';
import { type ExamAttempt, encodeExamAttempt, examAttemptsIn, schemaOf } from './exam-attempts.js';

const { courseId, contentId } = proctoredExam.exam;
const toldOf = (story: keyof typeof stories) => changesIn(logOf(stories[story])).flatMap(examAttemptsIn);
const wordsOf = (story: keyof typeof stories) => toldOf(story).map(({ word }) => word);

describe('Open edX is told', () => {
  it('that an attempt was submitted: whose, at what, and who handed it in', () =>
    expect(toldOf('submitted')).toEqual([
      { word: 'submitted', userId: 42, courseId, contentId, examType: 'proctored', requestedBy: 42 },
    ]));
  it('that it was verified', () => expect(wordsOf('verified')).toEqual(['submitted', 'verified']));
  it('that it was rejected, and which reviewer said so', () =>
    expect(toldOf('rejected').slice(1)).toMatchObject([{ word: 'rejected', requestedBy: 7 }]));
  it('that it broke', () => expect(wordsOf('resumed')).toEqual(['errored']));
  it('that it was reset, and by whom', () =>
    expect(toldOf('removed at once')).toMatchObject([{ word: 'reset', requestedBy: 7 }]));
  it('that its time was over, which nobody asked for', () =>
    expect(toldOf('out of time')).toMatchObject([{ word: 'submitted', requestedBy: null }]));
  it('that it is an onboarding exam', () =>
    expect(toldOf('reset, for practice')).toMatchObject([{ word: 'errored', examType: 'onboarding' }]));
  it('nothing of what it has no word for', () => {
    for (const story of ['started', 'declined', 'acknowledged'] as const) expect(wordsOf(story)).toEqual([]);
  });
});

describe('on the wire', () => {
  const alice = { id: 42, isActive: true, username: 'alice', email: 'alice@example.com', fullName: 'Alice A' };
  const attempt: ExamAttempt = {
    word: 'submitted',
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
  it('who asked stands at the end', () =>
    expect(sent({ requestedBy: 42 }).value).toBe(sent().value.replace(/00$/, `02${user}`)));
  it('the schema names the event', () =>
    expect(JSON.parse(schemaOf('reset')).namespace).toBe('org.openedx.learning.exam.attempt.reset.v1'));
});
