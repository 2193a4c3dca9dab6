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

const isVendors = (answer: Answer) => isDetail(answer) && Object.keys(Object(answer.body)).join() === 'detail,provider';

/** The timer of the running attempt, in whichever answer it stands. */
const timerIn = ({ body }: Answer): any => (body as any)?.active_attempt ?? body;
/** One side tells once more of an attempt that just ran out of time; the other one knew, and has none or another one. */
const tellsOnceMore = (side: 'oracle' | 'ours', exchange: Exchange) =>
  timerIn(exchange[side])?.attempt_status === 'submitted' &&
  (timerIn(exchange[side === 'ours' ? 'oracle' : 'ours'])?.attempt_status !== 'submitted' ||
    exchange.mismatches.some((line) => line.includes('attempt_id (an id)')));

/** Lists, which submit nothing themselves: only `side` has been told that an attempt ran out of time. */
const listsExpired = (side: 'oracle' | 'ours', exchange: Exchange) => {
  const words = side === 'oracle' ? ['submitted', '(?:onboarding_)?started'] : ['(?:onboarding_)?started', 'submitted'];
  const states = `(?:onboarding_)?status: reference "${words[0]}", service "${words[1]}"`;
  return asks(exchange, 'GET', /active_exams_for_user/)
    ? exchange.mismatches.length > 0 &&
        JSON.stringify(exchange[side === 'oracle' ? 'ours' : 'oracle'].body).includes('"status":"started"')
    : asks(exchange, 'GET', /attempt\/grouped|user_onboarding/) &&
        onlyIn(exchange, new RegExp(`^body\\..*(?:${states}|(?:completed_at|modified): )`));
};

/** An answer about an attempt that got no minutes: the attempt itself, or its timer. */
const isOver = (answer: Answer) => {
  const { allowed_time_limit_mins, low_threshold_sec } = timerIn(answer) ?? {};
  return allowed_time_limit_mins === 0 || low_threshold_sec === 0;
};

/** Of others' news: where one side says started and submitted at one instant, the other one says submitted twice. */
const startsAndEndsAtOnce = (line: string) => {
  const lists = /: reference \[(.+)\], service \[(.+)\]$/.exec(line);
  if (!lists) return false;
  const [expected, got] = lists.slice(1).map((list) => list.replace(/(\S+) \{"status":"(\w+)"[^}]*\}/g, '$1 $2'));
  return got.replace(/(\S+) started, \1 submitted/g, '$1 submitted, $1 submitted') === expected;
};

/** Of others' news: nobody asked for it here, somebody there. */
const isAskedByNobody = (line: string) => {
  const [, expected = '', got] = /: reference (\[.+\]), service (\[.+\])$/.exec(line) ?? [];
  return expected.replace(/"requested_by":\d+/g, '"requested_by":null') === got;
};

/** A message without what JSON and Python write differently; ids are compared elsewhere. */
const bare = ({ body }: Answer) => String((body as any).detail).replace(/['" ]|\d+/g, '');

/** Allowances ascend in each list of theirs; pairs of exam and learner are as they were asked for. */
const isAscending = (body: unknown): boolean =>
  Object.values(Object(body)).every((item) => !Array.isArray(item) || isAscending(item)) &&
  (!Array.isArray(body) || body.every(({ id }, index) => index === 0 || id === undefined || body[index - 1].id < id));

const retires = (exchange: Exchange) =>
  asks(exchange, 'POST', /^~~\/retire_user\//) && exchange.oracle.status === 204 && exchange.ours.status === 204;

/** Bulk allowances without a course: here the exams tell it. */
const namesOnlyExams = ({ step, oracle }: Exchange) =>
  step.path === '~/bulk_allowance' && (oracle.body as any)?.detail === 'could not determine the course_id';

/** Paths where a body's course outranks the one that is addressed. */
const ofCourse =
  /^~\/(.*allowance$|attempt\/grouped\/|exam_id\/)|^~~\/(instructor\/|user_onboarding\/status\/course_id\/)/;

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
        asks(exchange, 'PUT', /^~\/\{?[^/]+\/allowance$/) ||
        asks(exchange, 'DELETE', /^~\/\{?[^/]+\/allowance$/) ||
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
      ((asks(exchange, 'GET', attempt) && onlyIn(exchange, /^body\.modified:/)) ||
        tellsOnceMore('ours', exchange) ||
        listsExpired('oracle', exchange)),
  },
  {
    name: 'an attempt that gets no minutes is over at once',
    reason:
      'domain.md 2.5: the reference ends it a moment later, and this test lets no moment pass within a request; ' +
      'of one that is due already it tells others twice that it is handed in, instead of started and handed in',
    allows: (exchange) =>
      exchange.mismatches.every(startsAndEndsAtOnce) ||
      (isOver(exchange.oracle) &&
        ((asks(exchange, 'GET', attempt) && onlyIn(exchange, /^body\.modified:/)) ||
          tellsOnceMore('oracle', exchange))) ||
      (JSON.stringify(exchange.oracle.body ?? '').includes('"allowed_time_limit_mins":0') &&
        listsExpired('ours', exchange)),
  },
  {
    name: 'an expiry stays when the request is refused',
    reason:
      'accidental 500 (†): the reference undoes with it that the attempt ran out of time, and notices it again later',
    allows: (exchange, history) =>
      history.some(
        (earlier) => isPage(earlier.oracle) && (asks(earlier, 'POST', /\/reviewed$/) || asks(earlier, 'PUT', attempt)),
      ) &&
      ((asks(exchange, 'GET', attempt) && onlyIn(exchange, /^body\.modified:/)) ||
        tellsOnceMore('oracle', exchange) ||
        listsExpired('ours', exchange)),
  },
  {
    name: 'an operator is no user of the platform',
    reason:
      'a command says under a name of its own who ran it; the request that the reference has for it says which user',
    allows: (exchange, history) =>
      exchange.mismatches.every(isAskedByNobody) && history.some(({ step }) => step.command?.[0] === 'reset-attempts'),
  },
  {
    name: 'the course of the addressed object decides',
    reason:
      'body course_id/exam_id overrides the URL in course-staff checks → the course of the addressed object decides',
    allows: (exchange) =>
      (asks(exchange, 'DELETE', attempt) || ofCourse.test(exchange.step.path)) &&
      (['course_id', 'exam_id'].some((key) => (exchange.step.body as any)?.[key]) || namesOnlyExams(exchange)) &&
      (staffOnly(exchange.oracle) || namesOnlyExams(exchange) ? exchange.ours.status < 500 : staffOnly(exchange.ours)),
    parts: ({ step }) => step.method !== 'GET',
  },
  {
    name: 'running exams of others are not for everybody',
    reason: '`active_exams_for_user`: anyone → own, or course/global staff',
    allows: (exchange) =>
      asks(exchange, 'GET', /active_exams_for_user/) && exchange.oracle.status === 200 && staffOnly(exchange.ours),
  },
  {
    name: 'a dashboard is that of an exam of the course',
    reason: 'instructor redirect: exam of another course → 404 unless the exam is in the URL’s course',
    allows: (exchange) =>
      asks(exchange, 'GET', /^~~\/instructor\/[^/]+\/[^/]/) &&
      (exchange.oracle.status === 302 || exchange.oracle.status === 404 || isPage(exchange.oracle)) &&
      exchange.ours.status === 404 &&
      String(exchange.ours.body).startsWith('No exam '),
  },
  {
    name: 'a vendor that refuses is named',
    reason: '`provider … cannot register` leaks Python tuples → 502/503 with `{"detail", "provider"}`',
    allows: ({ oracle, ours }) =>
      /^\(BackendProviderCannotRegisterAttempt/.test((oracle.body as any)?.detail) &&
      ours.status === (oracle.status === 503 ? 503 : 502) &&
      isVendors(ours),
  },
  {
    name: 'a vendor that sends no id has failed',
    reason: 'vendor answer without an attempt id → 200 with detail → 502',
    allows: ({ oracle, ours, step }) =>
      step.path === '~/attempt' && oracle.status === 200 && isDetail(oracle) && ours.status === 502 && isVendors(ours),
  },
  {
    name: 'lists have an order',
    reason: 'unordered lists → ascending id',
    allows: (exchange) =>
      exchange.mismatches.every((line) => line.endsWith(' (order)')) &&
      (/allowance$/.test(exchange.step.path) || /active_exams_for_user$/.test(exchange.step.path)) &&
      isAscending(exchange.ours.body),
  },
  {
    name: 'attempts of one instant',
    reason: 'the clock stands still in a request: what the reference makes in it one after the other has one time here',
    allows: (exchange, history) =>
      (asks(exchange, 'GET', /attempt\/grouped/) && onlyIn(exchange, / \(order\)$/)) ||
      (asks(exchange, 'GET', /user_onboarding\/status/) &&
        onlyIn(exchange, /^body\.(onboarding_status|results\.\d+\.status): reference "onboarding_reset/) &&
        history.some(({ step }) => (step.body as any)?.action === 'reset_attempt')),
  },
  {
    name: 'an exam is found by a real usage key',
    reason: 'R3 content id pattern → also real usage keys, percent-encoded',
    allows: (exchange) =>
      asks(exchange, 'GET', /\/content_id\/./) &&
      exchange.oracle.status === 404 &&
      (exchange.ours.status === 200 || exchange.ours.status === 400),
  },
  {
    name: 'OPTIONS does not describe the view',
    reason: 'rest-api.md 2.1: out of contract; what can be sent and read is told',
    allows: (exchange) => exchange.step.method === 'OPTIONS' && onlyIn(exchange, /^body, keys: reference \["name",/),
  },
  {
    name: 'a provider is named',
    reason: 'the reference shows an object of Python, with its address in memory',
    allows: (exchange) =>
      onlyIn(
        exchange,
        /^body\.detail: reference ".*\(backend=<[\w.]+ object at 0x[0-9a-f]+>\)", service ".*\(backend=\w+\)"$/,
      ),
  },
  {
    name: 'a retired learner has no name',
    reason: 'retirement blanks allowances only → keys destroyed, roster row erased, allowances blanked',
    allows: (exchange, history) =>
      history.some((earlier) => retires(earlier)) &&
      exchange.oracle.status === exchange.ours.status &&
      JSON.stringify(exchange.ours.body).includes('retired user '),
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

/** The reference refused, but kept what it had done until then; or a learner was forgotten, which goes further here. */
export const partsWays = (exchange: Exchange): boolean =>
  retires(exchange) ||
  (exchange.oracle.status === 400 &&
    (asks(exchange, 'PATCH', registration) || /past due proctored/.test((exchange.oracle.body as any)?.detail)));
