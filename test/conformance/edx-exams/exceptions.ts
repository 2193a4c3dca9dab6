/**
 * The exchanges that the service answers in another way on purpose. `because` is a hole of edx-exams.md §10, or a section.
 * The answer must be the one written here, and it must differ from the recording: a stale exception fails the run.
 */
export type Exception = {
  story: string;
  /** The name of the exchange; the second one of a name ends in ` (2)`. */
  exchange: string;
  because: string;
  reason: string;
  status: number;
  /** Our body, if the client reads it. Variables are filled in, placeholders such as `<any>` accept any value. */
  body?: unknown;
  /** The names of our events for the event bus, if they are others than recorded. */
  events?: string[];
};

export const exceptions: Exception[] = [
  {
    story: 'S01',
    exchange: 'POST to the collection of exams',
    because: 'H16',
    reason: 'A method that the route lacks is refused.',
    status: 405,
  },
  {
    story: 'S01',
    exchange: 'HEAD on the exams of a course',
    because: 'H16',
    reason: 'HEAD answers as GET does: the course has no provider.',
    status: 404,
  },
  {
    story: 'S03',
    exchange: 'negative minutes',
    because: 'H9',
    reason: 'Validation is as strict as the store.',
    status: 400,
    body: {
      detail: 'Invalid data',
      errors: [{ time_limit_mins: ['Ensure this value is greater than or equal to 0.'] }],
    },
  },
  {
    story: 'S03',
    exchange: 'a truth value that validation takes and the store does not',
    because: 'H9',
    reason: 'Validation is as strict as the store.',
    status: 400,
    body: { detail: 'Invalid data', errors: [{ hide_after_due: ['Must be a valid boolean.'] }] },
  },
  {
    story: 'S03',
    exchange: 'the same content twice in one request',
    because: 'H9',
    reason: 'One transaction publishes the list, so no content may be in it twice.',
    status: 400,
    body: { detail: 'Invalid data', errors: [{}, { content_id: ['This content is in the list already.'] }] },
  },
  {
    story: 'S03',
    exchange: 'listed: the half that got in',
    because: 'H9',
    reason: 'A refused request leaves nothing.',
    status: 200,
  },
  {
    story: 'S01',
    exchange: 'root',
    because: '§1.1',
    reason: 'The service has a page for people there.',
    status: 200,
  },
  {
    story: 'S06',
    exchange: 'negative minutes',
    because: 'H9',
    reason: 'Validation is as strict as the store.',
    status: 400,
    body: {
      detail: 'Invalid data',
      errors: [{ extra_time_mins: ['Ensure this value is greater than or equal to 0.'] }],
    },
  },
  ...['GET of one is the list', 'DELETE of the list', 'POST on one', 'PATCH is not offered'].map((exchange) => ({
    story: 'S06',
    exchange,
    because: 'H16',
    reason: 'Each path answers and names only the methods that it has.',
    status: 405,
  })),
  {
    story: 'S08',
    exchange: 'exam missing',
    because: 'H16',
    reason: 'The list needs an exam.',
    status: 400,
    body: { detail: 'exam_id: This field is required.' },
  },
  {
    story: 'S08',
    exchange: 'exam unknown',
    because: 'H16',
    reason: 'An unknown exam is not in the course.',
    status: 404,
    body: { detail: 'Exam does not exist in course' },
  },
  {
    story: 'S10',
    exchange: 'registration is forwarded, with two flags added',
    because: '§6',
    reason: 'The recorded edx-proctoring was a stub that took exams without a course id.',
    status: 422,
  },
  {
    story: 'S10',
    exchange: 'status and body come back as they are',
    because: '§6',
    reason: 'The recorded edx-proctoring was a stub, and its refusal was invented.',
    status: 422,
  },
  {
    story: 'S10',
    exchange: 'not JSON',
    because: 'H16',
    reason: 'A body that cannot be read is refused.',
    status: 400,
  },
  {
    story: 'S10',
    exchange: 'onboarding of someone',
    because: '§6',
    reason: 'The original asked with its own account, so any learner saw the onboarding of others.',
    status: 403,
  },
  {
    story: 'S01',
    exchange: 'JSON list where an object is expected',
    because: 'H16',
    reason: 'The body must be an object.',
    status: 400,
  },
  ...['exam id not a number', 'start_clock as a truth value'].map((exchange) => ({
    story: 'S04',
    exchange,
    because: 'H16',
    reason: 'Bad input is refused.',
    status: 400,
  })),
  {
    story: 'S04',
    exchange: 'another learner',
    because: 'H21',
    reason: 'The text names the caller.',
    status: 403,
    body: {
      detail:
        'user_id={{user.bob.internal_id}} attempted to update attempt_id={{attempt.amy}} in course_id={{course}} but does not have access to it. (action=stop)',
    },
  },
  ...['no GET of one attempt', 'POST on one attempt', 'PUT without an attempt', 'DELETE without an attempt'].map(
    (exchange) => ({
      story: 'S04',
      exchange,
      because: 'H16',
      reason: 'Each path answers and names only the methods that it has.',
      status: 405,
    }),
  ),
  {
    story: 'S04',
    exchange: 'submitted again: allowed, and announced again',
    because: 'H2',
    reason: 'A second submit changes nothing.',
    status: 200,
    body: { exam_attempt_id: '{{attempt.amy}}' },
    events: [],
  },
  {
    story: 'S04',
    exchange: 'from submitted to error: allowed',
    because: 'H2',
    reason: 'A submitted attempt is final for the learner.',
    status: 400,
    body: {
      detail:
        'A status transition from "submitted" to "error" was attempted on exam_id={{exam.quiz}} for user_id={{user.amy.internal_id}}. This is not allowed! (course_id={{course}})',
    },
    events: [],
  },
  ...['learner deletes the attempt', 'delete again'].map((exchange) => ({
    story: 'S04',
    exchange,
    because: 'H1',
    reason: 'A learner may not delete a submitted attempt.',
    status: 403,
    events: [],
  })),
  {
    story: 'S04',
    exchange: 'gone',
    because: 'H1',
    reason: 'The attempt was not deleted.',
    status: 200,
  },
  {
    story: 'S04',
    exchange: 'attempt created',
    because: 'H1',
    reason: 'The attempt was not deleted, so there is no second one.',
    status: 400,
  },
  {
    story: 'S04',
    exchange: 'submitted without a start: allowed',
    because: 'H1',
    reason: 'The second attempt was never created, so its variable is no id.',
    status: 404,
    events: [],
  },
  ...['submitted without start', 'past due'].map((exchange) => ({
    story: 'S04',
    exchange,
    because: 'H1',
    reason: 'The first attempt is still there.',
    status: 200,
  })),
  {
    story: 'S05',
    exchange: 'practice past due may begin',
    because: 'H5',
    reason: 'An attempt without time ends at its deadline, which is its start.',
    status: 200,
    events: ['submitted'],
  },
  ...['but gets no time and ends at the first look', 'ends at the first look'].map((exchange) => ({
    story: 'S05',
    exchange,
    because: 'H5',
    reason: 'It ended at its start.',
    status: 200,
    events: [],
  })),
  {
    story: 'S05',
    exchange: 'start after the due date: allowed, with no time',
    because: 'H5',
    reason: 'An attempt without time ends at its deadline, which is its start.',
    status: 200,
    events: ['submitted'],
  },
  {
    story: 'S05',
    exchange: 'hidden, past due, without attempt: token all the same',
    because: 'H4',
    reason: 'An exam that is hidden after its due date is hidden from everybody.',
    status: 403,
    body: { detail: 'Exam access token not granted' },
  },
  {
    story: 'S06',
    exchange: 'attempt created and started (2)',
    because: 'H2',
    reason: 'A proctored exam starts when its tool is ready. The refused request leaves no attempt (H9).',
    status: 400,
  },
  {
    story: 'S06',
    exchange: 'the due date cuts the allowance',
    because: 'H2',
    reason: 'There is no attempt.',
    status: 200,
  },
  {
    story: 'S07',
    exchange: 'the third was created all the same',
    because: 'H9',
    reason: 'The refused request left no attempt, so what runs is shown.',
    status: 200,
  },
  {
    story: 'S07',
    exchange: 'it does not stop one here',
    because: '§11',
    reason: 'One attempt runs at a time, on either surface.',
    status: 400,
    body: {
      detail:
        'Cannot start exam attempt for exam_id={{exam.one}} and user_id={{user.bob.internal_id}} because another exam attempt is currently active!',
    },
  },
  {
    story: 'S07',
    exchange: 'and the one here wins',
    because: '§11',
    reason: 'The attempt here was not created, so the other one is shown.',
    status: 200,
  },
  {
    story: 'S07',
    exchange: 'submit (2)',
    because: '§11',
    reason: 'The attempt here was not created.',
    status: 404,
    events: [],
  },
  ...['the LMS fails: as if none ran', 'the LMS knows nobody', 'the LMS does not answer in JSON'].map((exchange) => ({
    story: 'S07',
    exchange,
    because: '§11',
    reason: 'The service is both ends, so no call can fail: the running attempt is shown.',
    status: 200,
  })),
  {
    story: 'S07',
    exchange: 'two run: as if none',
    because: 'H8',
    reason: 'The one that began last is shown.',
    status: 200,
  },
  {
    story: 'S07',
    exchange: 'two run: 500 at the next start',
    because: 'H8',
    reason: 'The start is refused as with one.',
    status: 400,
  },
  {
    story: 'S08',
    exchange: 'started from download_software_clicked, without the tool: allowed',
    because: 'H2',
    reason: 'A proctored exam starts when its tool is ready.',
    status: 400,
    body: {
      detail:
        'A status transition from "download_software_clicked" to "started" was attempted on exam_id={{exam.midterm}} for user_id={{user.amy.internal_id}}. This is not allowed! (course_id={{course}})',
    },
  },
  ...['three, newest first', 'as the dashboard asks', 'limit 0 and nonsense: as if not given'].map((exchange) => ({
    story: 'S08',
    exchange,
    because: 'H2',
    reason: 'The attempt was not started, so it has no start time.',
    status: 200,
  })),
  {
    story: 'S08',
    exchange: 'the learner hands in again: back to submitted',
    because: 'H2',
    reason: 'A verdict is final for the learner.',
    status: 400,
    body: {
      detail:
        'A status transition from "verified" to "submitted" was attempted on exam_id={{exam.midterm}} for user_id={{user.amy.internal_id}}. This is not allowed! (course_id={{course}})',
    },
    events: [],
  },
  {
    story: 'S08',
    exchange: 'and to error',
    because: 'H2',
    reason: 'A verdict is final for the learner.',
    status: 400,
    body: {
      detail:
        'A status transition from "verified" to "error" was attempted on exam_id={{exam.midterm}} for user_id={{user.amy.internal_id}}. This is not allowed! (course_id={{course}})',
    },
    events: [],
  },
  ...['staff of another course (2)', 'reset by staff of another course', 'delete by another learner'].map(
    (exchange) => ({ story: 'S08', exchange, because: 'H21', reason: 'The text names the caller.', status: 403 }),
  ),
  {
    story: 'S08',
    exchange: 'a learner deletes the own rejected attempt',
    because: 'H1',
    reason: 'A learner may not delete a rejected attempt.',
    status: 403,
    events: [],
  },
  {
    story: 'S08',
    exchange: 'and begins anew',
    because: 'H1',
    reason: 'The rejected attempt was not deleted.',
    status: 400,
  },
  {
    story: 'S09',
    exchange: 'the attempt is out of sight, total_time without the allowance',
    because: 'H7',
    reason: 'The allowance belongs to the learner and the exam, so it is kept.',
    status: 200,
  },
  {
    story: 'S09',
    exchange: 'the old attempt can still be started',
    because: 'H2',
    reason: 'A proctored exam starts when its tool is ready.',
    status: 400,
  },
  {
    story: 'S09',
    exchange: 'and runs',
    because: 'H2',
    reason: 'The old attempt does not run.',
    status: 200,
    body: {},
  },
  ...['allowances of both generations are listed', 'and allowances'].map((exchange) => ({
    story: 'S09',
    exchange,
    because: 'H7',
    reason: 'The allowance is kept, so it is listed with the current exam.',
    status: 200,
  })),
  {
    story: 'S11',
    exchange: 'also when asked in the wrong course',
    because: 'H10',
    reason: 'The content is looked up in the course.',
    status: 200,
    body: { exam: {} },
  },
  ...['two: 500', 'two: 500 (2)'].map((exchange) => ({
    story: 'S11',
    exchange,
    because: 'H10',
    reason: 'The content is looked up in the course; the latest attempt is the newest.',
    status: 200,
  })),
];
