import type { Configuration } from '#configuration';
import { instantOf, statuses } from '#domain';
import { type AttemptGroupFilter, type AttemptGroupOrder, attemptGroupOrders } from '#read-models';
import { refused } from '../http/http-answer.js';

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
  if (exam_id && !/^\d{1,15}$/.test(exam_id)) throw refused(400, 'exam_id: not a whole number.');
  const asked = status ? status.split(',') : undefined;
  const unknown = asked?.find((word) => !(statuses as readonly string[]).includes(word));
  if (unknown !== undefined) throw refused(400, 'status: not a status of an attempt.');
  for (const [name, at] of Object.entries({ from, until }))
    if (at && !instantOf(at)) throw refused(400, `${name}: not an ISO 8601 time.`);
  return {
    search,
    statuses: asked,
    examId: exam_id ? Number(exam_id) : undefined,
    provider: provider ? { name: provider, isDefault: provider === settings.defaultBackend } : undefined,
    createdFrom: from || undefined,
    createdUntil: until || undefined,
  };
}

/** @throws HttpAnswer with status 400 */
export function attemptOrderIn({ sort = '-created' }: AttemptListQuery): AttemptGroupOrder {
  const order = attemptGroupOrders.find((each) => each === sort);
  if (!order) throw refused(400, `sort: none of ${attemptGroupOrders.join(', ')}.`);
  return order;
}
