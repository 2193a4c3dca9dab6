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
];
