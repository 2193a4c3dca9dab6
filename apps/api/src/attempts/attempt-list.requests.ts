import type { Configuration } from '#configuration';
import { statuses } from '#domain';
import { type AttemptGroupFilter, type AttemptGroupOrder, attemptGroupOrders } from '#read-models';
import { idIn } from '../requests/ids.js';
import { timeIn, wordIn } from '../requests/queries.js';

export type AttemptListQuery = {
  search?: string;
  status?: string;
  exam_id?: string;
  provider?: string;
  from?: string;
  until?: string;
  sort?: string;
  page?: string;
};

/** The filter in a query. An empty parameter is like an absent one. @throws HttpAnswer with status 400 */
export function attemptFilterIn(query: AttemptListQuery, { settings }: Configuration): AttemptGroupFilter {
  const { search, status, exam_id, provider, from, until } = query;
  return {
    search,
    statuses: status ? status.split(',').map((word) => wordIn(word, statuses, 'status')!) : undefined,
    examId: idIn(exam_id || undefined, 'exam_id'),
    provider: provider ? { name: provider, isDefault: provider === settings.defaultBackend } : undefined,
    createdFrom: timeIn(from || undefined, 'from'),
    createdUntil: timeIn(until || undefined, 'until'),
  };
}

/** @throws HttpAnswer with status 400 */
export const attemptOrderIn = ({ sort = '-created' }: AttemptListQuery): AttemptGroupOrder =>
  wordIn(sort, attemptGroupOrders, 'sort')!;
