import type { CourseAllowanceOrder, CourseAttemptOrder } from '#read-models';

/** The orders that both lists have. */
const sharedOrders = {
  username: 'username',
  'user.username': 'username',
  email: 'email',
  'user.email': 'email',
  exam_name: 'examName',
  'proctored_exam.exam_name': 'examName',
} as const;

const attemptOrders: Record<string, CourseAttemptOrder['by']> = {
  ...sharedOrders,
  time_limit: 'examMinutes',
  'proctored_exam.time_limit_mins': 'examMinutes',
  type: 'examType',
  exam_type: 'examType',
  started_at: 'startedAt',
  start_time: 'startedAt',
  completed_at: 'completedAt',
  end_time: 'completedAt',
  status: 'status',
  allowed_time_limit_mins: 'allowedMinutes',
  ready_to_resume: 'isReadyToResume',
};

const allowanceOrders: Record<string, CourseAllowanceOrder['by']> = {
  ...sharedOrders,
  allowance_type: 'key',
  key: 'key',
  value: 'value',
};

export const attemptOrderNames = Object.keys(attemptOrders);
export const allowanceOrderNames = Object.keys(allowanceOrders);

/** The order that the query names, with any number of `-` for descending; undefined for an unknown name. */
const orderIn =
  <By extends string>(orders: Record<string, By>) =>
  (given = ''): { by: By; isDescending: boolean } | undefined => {
    const name = given.trim().replace(/^-+/, '');
    return Object.hasOwn(orders, name) ? { by: orders[name]!, isDescending: given.trim().startsWith('-') } : undefined;
  };

export const attemptOrderIn = orderIn(attemptOrders);
export const allowanceOrderIn = orderIn(allowanceOrders);
