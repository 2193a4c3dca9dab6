import type { Answer } from './server.js';
import type { Exchange } from './world.js';

/** A place where the service is meant to answer otherwise than the reference (architecture.md, "Deliberate differences"). */
export type Difference = {
  name: string;
  reason: string;
  /** Whether the service answered what it is meant to answer here. `history`: what was asked before, this one included. */
  allows(exchange: Exchange, history: Exchange[]): boolean;
  /** Afterwards the two no longer are in the same state. */
  parts?: (exchange: Exchange) => boolean;
};

const isDetail = ({ body }: Answer) => typeof (body as any)?.detail === 'string' && (body as any).detail !== '';
const isPage = ({ status, type }: Answer) => status === 500 && type?.startsWith('text/html') === true;
const asks = ({ step }: Exchange, method: string, path: RegExp) => step.method === method && path.test(step.path);
const succeeded = ({ oracle }: Exchange) => oracle.status === 200;
/** Only these places of the answers differ. */
const onlyIn = ({ mismatches }: Exchange, places: RegExp) => mismatches.every((line) => places.test(line));
const staffOnly = (answer: Answer) =>
  answer.status === 403 && (answer.body as any)?.detail === 'Must be a Staff User to Perform this request.';

/** The timer of the running attempt, in whichever answer it stands. */
const timerIn = ({ body }: Answer): any => (body as any)?.active_attempt ?? body;
/** One side tells once more of an attempt that just ran out of time; the other one knew, and has none or another one. */
const tellsOnceMore = (side: 'oracle' | 'ours', exchange: Exchange) =>
  timerIn(exchange[side])?.attempt_status === 'submitted' &&
  (timerIn(exchange[side === 'ours' ? 'oracle' : 'ours'])?.attempt_status !== 'submitted' ||
    exchange.mismatches.some((line) => line.includes('attempt_id (an id)')));

/** An answer about an attempt that got no minutes: the attempt itself, or its timer. */
const isOver = (answer: Answer) => {
  const { allowed_time_limit_mins, low_threshold_sec } = timerIn(answer) ?? {};
  return allowed_time_limit_mins === 0 || low_threshold_sec === 0;
};

/** A message without what JSON and Python write differently; ids are compared elsewhere. */
const bare = ({ body }: Answer) => String((body as any).detail).replace(/['" ]|\d+/g, '');

const registration = /^~\/exam_registration/;
const attempt = /^~\/attempt\/[^/?]+$/;

export const differences: Difference[] = [
  {
    name: 'bad input is not an internal error',
    reason: 'accidental 500 (†) on bad input → 400 that names the field; never a 500',
    allows: (exchange) =>
      isPage(exchange.oracle) &&
      (exchange.ours.status === 400 || (exchange.ours.status === 422 && asks(exchange, 'PATCH', registration))) &&
      (isDetail(exchange.ours) || asks(exchange, 'POST', /^~\/exam$/) || asks(exchange, 'PATCH', registration)),
  },
  {
    name: 'methods that a shared view answers by accident',
    reason: 'accidental 500 (†): no such operation, so 405',
    allows: (exchange) =>
      isPage(exchange.oracle) &&
      exchange.ours.status === 405 &&
      (asks(exchange, 'GET', /^~\/(exam|allowance)$/) ||
        asks(exchange, 'POST', /^~\/exam\/./) ||
        asks(exchange, 'PUT', /^~\/exam\/./)),
  },
  {
    name: 'the parser has its own words',
    reason: 'rest-api.md 2.5: only the beginning, "JSON parse error - ", is part of the contract',
    allows: ({ oracle, ours }) =>
      oracle.status === 400 &&
      ours.status === 400 &&
      [oracle, ours].every(({ body }) => (body as any)?.detail?.startsWith('JSON parse error - ')),
  },
  {
    name: 'a learner does not allow the own resume',
    reason: 'learner may mark own attempt ready to resume → course or global staff only (403)',
    allows: (exchange) =>
      asks(exchange, 'PUT', attempt) &&
      (exchange.step.body as any)?.action === 'mark_ready_to_resume' &&
      !(exchange.step.body as any).user_id &&
      [200, 400].includes(exchange.oracle.status) &&
      exchange.ours.status === 403 &&
      isDetail(exchange.ours),
    parts: succeeded,
  },
  {
    name: 'not everybody says that an attempt is ready',
    reason: '`ready` callback: any logged-in user → owner, reviewer group, or staff; else 403',
    allows: (exchange) =>
      asks(exchange, 'POST', /^~\/attempt\/[^/]+\/ready$/) &&
      exchange.oracle.status === 200 &&
      exchange.ours.status === 403,
    parts: succeeded,
  },
  {
    name: 'a stranger does not expire an attempt',
    reason: 'an attempt read by a stranger still expires it → ownership first',
    // The stranger is refused by both; what differs is what the owner sees afterwards.
    allows: (exchange, history) =>
      history.some(({ step, oracle }) => attempt.test(step.path) && oracle.status === 403) &&
      ((asks(exchange, 'GET', attempt) && onlyIn(exchange, /^body\.modified:/)) || tellsOnceMore('ours', exchange)),
  },
  {
    name: 'an attempt that gets no minutes is over at once',
    reason: 'domain.md 2.5: the reference ends it a moment later, and this test lets no moment pass within a request',
    allows: (exchange) =>
      isOver(exchange.oracle) &&
      ((asks(exchange, 'GET', attempt) && onlyIn(exchange, /^body\.modified:/)) || tellsOnceMore('oracle', exchange)),
  },
  {
    name: 'an expiry stays when the request is refused',
    reason:
      'accidental 500 (†): the reference undoes with it that the attempt ran out of time, and notices it again later',
    allows: (exchange, history) =>
      history.some(
        (earlier) => isPage(earlier.oracle) && (asks(earlier, 'POST', /\/reviewed$/) || asks(earlier, 'PUT', attempt)),
      ) &&
      ((asks(exchange, 'GET', attempt) && onlyIn(exchange, /^body\.modified:/)) || tellsOnceMore('oracle', exchange)),
  },
  {
    name: 'the course of the addressed object decides',
    reason:
      'body course_id/exam_id overrides the URL in course-staff checks → the course of the addressed object decides',
    allows: (exchange) =>
      (asks(exchange, 'DELETE', attempt) ||
        asks(exchange, 'PUT', /^~\/allowance$/) ||
        asks(exchange, 'DELETE', /^~\/allowance$/)) &&
      ['course_id', 'exam_id'].some((key) => (exchange.step.body as any)?.[key]) &&
      (staffOnly(exchange.oracle) ? exchange.ours.status === 200 : staffOnly(exchange.ours)),
    parts: () => true,
  },
  {
    name: 'an odd content id does not keep a learner from the exam',
    reason: 'accidental 500 (†): the link needs no parsing of keys, so there is nothing to refuse',
    allows: (exchange) =>
      isPage(exchange.oracle) &&
      exchange.ours.status === 200 &&
      (asks(exchange, 'GET', /active_attempt/) || asks(exchange, 'GET', /^~\/attempt\/course_id\//)),
  },
  {
    name: 'what a request said is repeated as JSON',
    reason: "messages in the reference show lists and objects of the request as Python's source would",
    allows: ({ oracle, ours }) =>
      oracle.status === ours.status && isDetail(oracle) && isDetail(ours) && bare(oracle) === bare(ours),
  },
  {
    name: 'a refused command leaves nothing behind',
    reason: 'domain errors keep partial writes → one command, one transaction',
    allows: (exchange, history) => asks(exchange, 'GET', /^~\/(exam\/course_id|attempt)\//) && history.some(partsWays),
  },
];

/** The reference refused, but kept what it had done until then: nothing of it stays with us. */
export const partsWays = (exchange: Exchange): boolean =>
  exchange.oracle.status === 400 &&
  (asks(exchange, 'PATCH', registration) || /past due proctored/.test((exchange.oracle.body as any)?.detail));
