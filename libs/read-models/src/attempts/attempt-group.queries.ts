import { countedPage, type Database, type PageOf } from '#connections';
import { namesLike } from '../lists.js';
import { attemptJson } from './attempt.json.js';
import { type AttemptRecord, attemptsOfGroups } from './attempt.queries.js';

export type AttemptGroup = { newest: AttemptRecord; all: AttemptRecord[] };

/**
 * The groups to show; an absent condition holds for all. `search` is part of a user name or e-mail, in any ASCII case.
 * Status and times are those of the newest attempt.
 */
export type AttemptGroupFilter = {
  search?: string;
  statuses?: readonly string[];
  examId?: number;
  provider?: { name: string; isDefault: boolean };
  createdFrom?: string;
  createdUntil?: string;
};

const orders = {
  created: ['attempt_groups.created'],
  learner: ['names'],
  exam: ['exams.exam_name', 'attempt_groups.exam_id'],
} as const;

/** With `-`, descending. */
export type AttemptGroupOrder = keyof typeof orders | `-${keyof typeof orders}`;
export const attemptGroupOrders = Object.keys(orders).flatMap((name) => [name, `-${name}`]) as AttemptGroupOrder[];

/** A page of a course's attempts, grouped by learner and exam, and the number of all groups. */
export const attemptGroups = async (
  database: Database,
  courseId: string,
  filter: AttemptGroupFilter,
  pageOf: PageOf,
  order: AttemptGroupOrder = '-created',
): Promise<{ count: number; groups: AttemptGroup[] }> => {
  const { text: found, values: filtered } = groupsWhere(courseId, filter);
  const { count, paging, values } = await countedPage(database, found, filtered, pageOf);
  const page = `select attempt_groups.exam_id, attempt_groups.user_id ${found} order by ${orderOf(order)} ${paging}`;
  return { count, groups: groupsOf(await attemptsOfGroups(database, page, values)) };
};

/** The same groups in pages, the newest attempt first. `after` is the newest attempt of the last group of the page before. */
export const attemptGroupsAfter = async (
  database: Database,
  courseId: string,
  filter: AttemptGroupFilter,
  after: { created: string; id: number } | undefined,
  limit: number,
): Promise<AttemptGroup[]> => {
  const { text: found, values } = groupsWhere(courseId, filter);
  const next = (value: unknown) => `$${values.push(value)}`;
  const later = after
    ? `and (attempt_groups.created, -attempt_id) < (${next(after.created)}::timestamptz, ${next(-after.id)}::bigint)`
    : '';
  const page = `select attempt_groups.exam_id, attempt_groups.user_id ${found} ${later} order by ${orderOf('-created')} limit ${next(limit)}`;
  return groupsOf(await attemptsOfGroups(database, page, values));
};

/** A group as REST shows it: its newest attempt with all. */
export const attemptGroupJson = ({ newest, all }: AttemptGroup) => {
  const shown = all.map(attemptJson);
  return { ...shown[all.indexOf(newest)], all_attempts: shown };
};

function groupsOf(attempts: readonly AttemptRecord[]): AttemptGroup[] {
  const groups: AttemptGroup[] = [];
  for (const attempt of attempts) {
    const last = groups.at(-1);
    if (last?.newest.examId === attempt.examId && last.newest.userId === attempt.userId) last.all.push(attempt);
    else groups.push({ newest: attempt, all: [attempt] });
  }
  return groups;
}

function orderOf(order: AttemptGroupOrder): string {
  const isDescending = order.startsWith('-');
  const columns = orders[order.replace('-', '') as keyof typeof orders];
  return [...columns.map((column) => `${column} ${isDescending ? 'desc' : 'asc'}`), 'attempt_id'].join();
}

/** The list without a search also has attempts of learners whose names are unknown. PostgreSQL leaves out unused joins. */
function groupsWhere(courseId: string, filter: AttemptGroupFilter): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const next = (value: unknown) => `$${values.push(value)}`;
  const conditions = [`attempt_groups.course_id = ${next(courseId)}`];
  const names = namesLike(filter.search ?? '');
  if (names !== null) conditions.push(`names like ${next(names)}`);
  if (filter.statuses) conditions.push(`newest.status = any(${next(filter.statuses)})`);
  if (filter.examId !== undefined) conditions.push(`attempt_groups.exam_id = ${next(filter.examId)}`);
  if (filter.provider) conditions.push(providerCondition(filter.provider, next));
  if (filter.createdFrom) conditions.push(`attempt_groups.created >= ${next(filter.createdFrom)}`);
  if (filter.createdUntil) conditions.push(`attempt_groups.created < ${next(filter.createdUntil)}`);
  return { text: `${groupsWithNames} where ${conditions.join(' and ')}`, values };
}

/** Proctored exams without a provider of their own have the default one. */
function providerCondition(
  { name, isDefault }: { name: string; isDefault: boolean },
  next: (value: unknown) => string,
) {
  const otherwise = isDefault ? ` or exams.backend is null or exams.backend = ''` : '';
  return `exams.is_proctored and (exams.backend = ${next(name)}${otherwise})`;
}

const groupsWithNames = `
  from attempt_groups left join attempt_learners using (course_id, user_id)
  left join attempts newest on newest.id = attempt_groups.attempt_id
  left join exams on exams.id = attempt_groups.exam_id`;
