import { allowanceEffects, type Exam, statuses } from '#domain';
import { type AllowanceRecord, type allowanceJson, instant } from '#read-models';
import {
  detail,
  either,
  flag,
  integer,
  listOf,
  mapOf,
  object,
  oneOf,
  orNull,
  text,
  time,
  userSchema,
} from '../document/schemas.js';
import { examSchema } from '../exams/exams.answers.js';
import { pagedList } from '../http/page.js';
import { learnerSchema } from '../roster/roster.schemas.js';

/** rest-api.md §3.5. */
export const allowanceSchema = object<ReturnType<typeof allowanceJson>>('Allowance', {
  id: integer,
  created: time,
  modified: time,
  user: userSchema,
  key: text,
  value: text,
  proctored_exam: examSchema,
});

export const allowancesByName = mapOf(listOf(allowanceSchema));

/** The requested pairs, as texts: the answer if only some could be granted. */
export const askedPairs = listOf(object('AskedPair', { exam_id: text, user_id: text }));
export const noPairGranted = either(object('RefusedField', { detail: text, field: text }), detail);

const examOfAllowance = {
  exam_id: integer,
  exam_name: text,
  time_limit_mins: integer,
  due_date: orNull(time),
  is_active: flag,
  is_proctored: flag,
};

export const examOfAllowanceJson = (exam: Exam) => ({
  exam_id: exam.id,
  exam_name: exam.examName,
  time_limit_mins: exam.timeLimitMins,
  due_date: instant(exam.dueDate),
  is_active: exam.isActive,
  is_proctored: exam.isProctored,
});

export const allowanceOfLearnerJson = ({ id, exam, key, value, created, modified }: AllowanceRecord) => ({
  id,
  ...examOfAllowanceJson(exam),
  key,
  value,
  created: instant(created),
  modified: instant(modified),
});

export const allowancesPage = pagedList(
  'AllowancesPage',
  object('AllowancesOfLearner', {
    learner: learnerSchema,
    allowances: listOf(
      object('AllowanceOfLearner', {
        id: integer,
        ...examOfAllowance,
        key: text,
        value: text,
        created: time,
        modified: time,
      }),
    ),
  }),
);

export const allowancesPreview = object('AllowancesPreview', {
  exams: listOf(object('ExamOfPreview', examOfAllowance)),
  learners: listOf(
    object('LearnerOfPreview', {
      asked: { ...text, description: 'As it was sent' },
      learner: { ...orNull(learnerSchema), description: 'Null: nobody has this user name or e-mail in the course' },
      is_enrolled: flag,
    }),
  ),
  allowances: listOf(
    object('PreviewedAllowance', {
      exam_id: integer,
      user_id: integer,
      key: text,
      value: text,
      replaces: { ...orNull(text), description: 'The value of the allowance with this key that exists already' },
      minutes_before: integer,
      minutes_after: { ...integer, description: 'The due date of the exam may shorten them' },
      effect: {
        ...oneOf(...allowanceEffects),
        description:
          'counts: at the next start. attempt_keeps: the present attempt is not changed by it. carried_time: the resumed attempt has the time that was left. attempt_is_over: only a further attempt has it',
      },
      attempt: orNull(object('AttemptOfPreview', { id: integer, status: oneOf(...statuses) })),
    }),
  ),
});

/** It is stored with an Idempotency-Key, so it has no names. */
export const grantedAllowances = object('GrantedAllowances', {
  granted: integer,
  failed: integer,
  results: listOf(
    object('GrantedAllowance', {
      exam_id: integer,
      learner_index: { ...integer, description: 'The place in `learners`, from 0' },
      user_id: orNull(integer),
      problem: { ...orNull(text), description: 'Null: granted. Else a code: user_not_found, exam_not_active …' },
    }),
  ),
});
