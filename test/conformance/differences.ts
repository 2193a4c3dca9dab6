import type { Release } from '../../libs/domain/src/index.js';
import { onlyOneTimedOut, onlyReferenceHasEffects, timerIn } from './expiries.js';
import type { Answer } from './server.js';
import { type Exchange, isUndone } from './world.js';

/** A deliberate difference between the answers of the service and of the reference. */
export type Difference = {
  name: string;
  reason: string;
  /** The only release of the reference that is different. */
  release?: Release;
  /**
   * Whether the difference explains one differing line of an answer. If the whole answer differs, it explains each line.
   * `history`: the exchanges so far with this one.
   */
  explains(line: string, exchange: Exchange, history: Exchange[]): boolean;
  /** Whether the two sides have different states afterwards. */
  diverges?: (exchange: Exchange) => boolean;
};

const isDetail = ({ body }: Answer) => typeof (body as any)?.detail === 'string' && (body as any).detail !== '';
const isPage = ({ status, type }: Answer) => status === 500 && type?.startsWith('text/html') === true;
const asks = ({ step }: Exchange, method: string, path: RegExp) => step.method === method && path.test(step.path);
const actionOf = ({ step }: Exchange) => (step.body as any)?.action;
const succeeded = ({ reference }: Exchange) => reference.status === 200;
const staffOnly = (answer: Answer) =>
  answer.status === 403 && (answer.body as any)?.detail === 'Must be a Staff User to Perform this request.';

const isOfProvider = (answer: Answer) =>
  isDetail(answer) && Object.keys(Object(answer.body)).join() === 'detail,provider';

/** The object that has the field of a line: `body.results.0.status` is a field of the first result. */
const objectOf = (line: string, { body }: Answer): any =>
  /^body\.(.*?): /
    .exec(line)?.[1]
    .split('.')
    .slice(0, -1)
    .reduce((value: any, key) => value?.[key], body);

/** Whether the line is about an attempt without minutes: the attempt itself, or its timer. */
const isOver = (line: string, { reference }: Exchange) =>
  objectOf(line, reference)?.allowed_time_limit_mins === 0 || timerIn(reference)?.low_threshold_sec === 0;

/** Effects: the service has started (or similar) and submitted at one instant, the reference has submitted twice. */
const startsAndEndsAtOnce = (line: string) => {
  const lists = /: reference \[(.+)\], service \[(.+)\]$/.exec(line);
  if (!lists) return false;
  const [expected, got] = lists.slice(1).map((list) => list.replace(/(\S+) \{"status":"(\w+)"[^}]*\}/g, '$1 $2'));
  const moved = /(\S+) (?:started|ready_to_start|ready_to_submit|download_software_clicked), \1 submitted/g;
  return got.replace(moved, '$1 submitted, $1 submitted') === expected;
};

/** Effects: in the service a submitted attempt is completed, too. */
const completesMore = (line: string) => {
  const [, expected, got] = /^attempts of .*: reference (\[.+\]), service (\[.+\])$/.exec(line) ?? [];
  const isSame = expected !== undefined && got?.replace(/"completed":\d+/g, '"completed":null') === expected;
  return isSame || /^learner-state of .*: reference \[.*\], service \[.*"is":"completed"\}\]$/.test(line);
};

/** Effects: in the service no user requested the reset, in the reference a user did. */
const isRequestedByNobody = (line: string) => {
  const [, expected = '', got] = /: reference (\[.+\]), service (\[.+\])$/.exec(line) ?? [];
  return expected.replace(/"requested_by":\d+/g, '"requested_by":null') === got;
};

/** Whether the allowances of each list are in ascending order. Pairs of exam and learner have the order of the request. */
const isAscending = (body: unknown): boolean =>
  Object.values(Object(body)).every((item) => !Array.isArray(item) || isAscending(item)) &&
  (!Array.isArray(body) || body.every(({ id }, index) => index === 0 || id === undefined || body[index - 1].id < id));

/** The number in a text, else the text: `'007'` grants the same as 7. */
const numberOf = (value: unknown): unknown => {
  const number = Number(String(value).replaceAll('_', ''));
  return Number.isNaN(number) ? value : number;
};

/** The part of a request that says what changes: an action at an attempt, or the value of an allowance. */
const changeOf = ({ step }: Exchange): string => {
  const { action, value, key, allowance_type } = Object(step.body);
  if (/allowance$/.test(step.path)) return JSON.stringify(['allowance', key ?? allowance_type, numberOf(value)]);
  return JSON.stringify([step.path, action]);
};

/** The requests that repeat an earlier request about the same attempt or allowance. */
const repetitions = (history: Exchange[]) =>
  history.filter(
    (exchange, index) =>
      exchange.step.method === 'PUT' &&
      (['stop', 'click_download_software', 'decline'].includes(actionOf(exchange)) ||
        /review_status$|allowance$/.test(exchange.step.path)) &&
      history.slice(0, index).some((earlier) => changeOf(earlier) === changeOf(exchange)),
  );

/** Both refuse it, because another attempt is running. Only one side has noticed that the time of this one is over. */
const startsAnother = (exchange: Exchange) =>
  asks(exchange, 'PUT', attempt) &&
  actionOf(exchange) === 'start' &&
  /^A status transition from "submitted" to "started"/.test((exchange.reference.body as any)?.detail) &&
  /has already started!$/.test((exchange.ours.body as any)?.detail);

const retires = (exchange: Exchange) =>
  asks(exchange, 'POST', /^~~\/retire_user\//) && exchange.reference.status === 204 && exchange.ours.status === 204;

/** Bulk allowances without a course. The service takes the course from the exams. */
const namesOnlyExams = ({ step, reference }: Exchange) =>
  step.path === '~/bulk_allowance' && (reference.body as any)?.detail === 'could not determine the course_id';

/** Paths with which the reference prefers the course of the body to the course of the path. */
const ofCourse =
  /^~\/(.*allowance$|attempt\/grouped\/|exam_id\/)|^~~\/(instructor\/|user_onboarding\/status\/course_id\/)/;

/** Whether the caller is staff of the course in the path. Undefined if the path names an exam or an attempt. */
const isOfTheirCourse = ({ step }: Exchange): boolean | undefined => {
  const [, course] = /\{(A|B|Ended|Empty)%?\}/.exec(step.path) ?? [];
  return course === undefined ? undefined : { coach: 'A', otherCoach: 'B' }[step.as ?? ''] === course;
};

/** The creation times of a list of attempts, in its order. */
const timesOf = ({ body }: Answer) =>
  (body as any).proctored_exam_attempts.map(({ created }: { created: string }) => created).join();

/** Replaces an attempt by a new one: a practice attempt that is over, or an attempt that may be resumed. */
const changesTwoAttempts = (exchange: Exchange, history: Exchange[]) => {
  return (
    actionOf(exchange) === 'reset_attempt' ||
    (asks(exchange, 'POST', /^~\/attempt$/) &&
      succeeded(exchange) &&
      history.some((earlier) => earlier.at < exchange.at && actionOf(earlier) === 'mark_ready_to_resume'))
  );
};

/** Only the service does without the provider of an exam that is given up. */
const givesUpExam = (exchange: Exchange) =>
  (asks(exchange, 'PUT', /^~\/exam$/) || asks(exchange, 'PATCH', registration)) &&
  isPage(exchange.reference) &&
  exchange.ours.status === 200;

const starts = (exchange: Exchange) => actionOf(exchange) === 'start' || 'start_clock' in Object(exchange.step.body);

const registration = /^~\/exam_registration/;
const attempt = /^~\/attempt\/[^/?]+$/;

const ownersActions = ['start', 'stop', 'submit', 'decline', 'error', 'click_download_software'];
const isOwnersAction = (exchange: Exchange) =>
  asks(exchange, 'PUT', attempt) && ownersActions.includes(actionOf(exchange));

/**
 * The owners' actions after the end of an attempt. The service refuses them, or they repeat a submit and change nothing.
 */
const tooLate = (history: Exchange[]) =>
  history.filter(
    (exchange, index) =>
      isOwnersAction(exchange) &&
      succeeded(exchange) &&
      (exchange.ours.status === 400 ||
        (actionOf(exchange) === 'submit' &&
          history
            .slice(0, index)
            .some((earlier) => earlier.step.path === exchange.step.path || earlier.step.method === 'POST'))),
  );

const launchPath = /proctoring_launch_callback\/start_exam\//;
const callbackPath = /proctoring_review_callback\/$|\/reviewed$/;
const isNoMatch = ({ status, body }: Answer) =>
  status === 400 && (body as any)?.detail === 'No attempt matches this review.';

/** A request about another user's attempt. */
const looksAtOthers = ({ step }: Exchange) => /[?&]user_id=/.test(step.path) || step.view?.graceMins !== undefined;

/** Whether the line is about a field of an attempt. */
const isOfAttempt = (line: string) =>
  /^(body.*\b(status|completed_at|modified|is_resumable|time_remaining_seconds|external_id|taking_as_proctored|attempt_status|keys|length|interstitial|exam_attempt_id|short_description|suggested_icon|in_completed_state)\b|status: |body: |the page)/.test(
    line,
  );

const differences: Difference[] = [
  {
    name: 'no page may show the service in a frame',
    reason: 'the reference leaves this header to its host → every answer has the header',
    explains: (line) => line === 'X-Frame-Options: reference nothing, service "DENY"',
  },
  {
    name: 'the root page describes the service',
    reason: 'the reference has no page there',
    explains: (_, { step, reference, ours }) => step.path === '/' && reference.status === 404 && ours.status === 200,
  },
  {
    name: 'the answer says that some attempts are removed already',
    reason: 'release 6.1 removes attempts one by one up to a failure, and its answer does not say so (N3)',
    release: '6.1',
    explains: (line, { step }) =>
      step.path.endsWith('/reset_attempts') &&
      /^body\.detail: reference "(.*)", service "\1 Attempts that are removed already: \d+\."$/.test(line),
  },
  {
    name: 'a provider confirms a removal by its status, too',
    reason: 'release 6.1 accepts no other words than {"status": "deleted"}, so that some providers never remove (N5)',
    release: '6.1',
    explains: (_, exchange) =>
      asks(exchange, 'DELETE', attempt) && exchange.reference.status === 502 && exchange.ours.status === 200,
    diverges: () => true,
  },
  {
    name: 'a call of a provider has a time limit',
    reason: 'release-6.1.md §2, R5, §3, B6: 4.16 waits for ever, 6.1 answers 500 (†) → 503 that names the provider',
    explains: (_, { step, ours }) =>
      step.providerAnswer?.delay !== undefined &&
      ((ours.status === 503 && isOfProvider(ours)) || (ours.status === 500 && (ours.body as any)?.rest === false)),
    diverges: () => true,
  },
  {
    name: 'a course has no onboarding without its provider',
    reason: 'release-6.1.md §3, B3: 500 (†) in 4.16, if the provider is not configured any more',
    release: '4.16',
    explains: (_, exchange) =>
      asks(exchange, 'GET', /user_onboarding\/status/) && isPage(exchange.reference) && exchange.ours.status === 404,
  },
  {
    name: 'an exam is given up without its provider',
    reason: 'release-6.1.md §3, B3: 500 (†) in 4.16, if the provider is not configured any more',
    release: '4.16',
    explains: (_, exchange, history) =>
      givesUpExam(exchange) || (asks(exchange, 'GET', /^~\/exam\//) && history.some(givesUpExam)),
    diverges: givesUpExam,
  },
  {
    name: 'a review of an attempt that was reset changes nothing',
    reason: 'release-6.1.md §3, B1: in 4.16 the attempt lives again beside the new one',
    release: '4.16',
    explains: (line, _, history) => {
      const late = history.filter(
        (review) =>
          asks(review, 'POST', callbackPath) &&
          history.some((earlier) => earlier.at < review.at && actionOf(earlier) === 'reset_attempt'),
      );
      return late.length > 0 && (isOfAttempt(line) || onlyReferenceHasEffects(late, line));
    },
    diverges: (exchange) => asks(exchange, 'POST', callbackPath),
  },
  {
    name: 'a final status is final for the owner',
    reason:
      'completed → completed is legal for the owner → the actions apply to incomplete attempts only; a repeated submit changes nothing',
    explains: (line, exchange, history) => {
      const late = tooLate(history);
      const isLate =
        late.some(({ at }) => at === exchange.at) && /^A status transition/.test((exchange.ours.body as any)?.detail);
      return isLate || onlyReferenceHasEffects(late, line) || (late.length > 0 && isOfAttempt(line));
    },
    diverges: () => true,
  },
  {
    name: 'a review that matches no attempt gets one answer',
    reason:
      'the callback reviews attempts of any provider, and its error names the right locator → only attempts of its provider, one text',
    explains: (_, exchange) =>
      asks(exchange, 'POST', callbackPath) &&
      [200, 400].includes(exchange.reference.status) &&
      isNoMatch(exchange.ours),
    diverges: succeeded,
  },
  {
    name: 'a launch never ends an exam',
    reason:
      'the launch acts by any method, for any exam → by GET and POST, for providers with a secure browser, before the start',
    explains: (line, exchange, history) => {
      const launches = history.filter(({ step, reference }) => launchPath.test(step.path) && reference.status === 302);
      const isLaunch = launches.some(({ at }) => at === exchange.at);
      if (isLaunch)
        return (
          line.startsWith('Set-Cookie: ') || ['HEAD', 'GET', 'POST'].every((each) => each !== exchange.step.method)
        );
      return launches.length > 0 && (isOfAttempt(line) || onlyReferenceHasEffects(launches, line));
    },
    diverges: () => true,
  },
  {
    name: "reading another user's attempt writes nothing",
    reason: 'a request by staff writes in the name of the learner → reading never writes for another user',
    explains: (line, exchange, history) => {
      const looks = history.filter(looksAtOthers);
      return (
        onlyOneTimedOut('reference', looks, line, exchange) ||
        onlyReferenceHasEffects(looks, line) ||
        (looksAtOthers(exchange) && isOfAttempt(line))
      );
    },
    diverges: () => true,
  },
  {
    name: 'a dashboard shows only attempts of its exam',
    reason: 'the link to the dashboard is signed for any attempt → for attempts of its exam only',
    explains: (line, { step }) => /\/instructor\/.*attempt=/.test(step.path) && line.startsWith('Location: '),
  },
  {
    name: 'bad input is not an internal error',
    reason: 'accidental 500 (†) on bad input → 400 that names the field; never a 500',
    explains: (_, exchange) =>
      isPage(exchange.reference) &&
      (exchange.ours.status === 400 ||
        (exchange.ours.status === 422 &&
          (asks(exchange, 'PATCH', registration) || asks(exchange, 'PUT', /^~\/exam$/)))) &&
      (isDetail(exchange.ours) || asks(exchange, 'POST', /^~\/exam$/) || asks(exchange, 'PATCH', registration)),
  },
  {
    name: 'an id of an exam may have any size',
    reason: 'accidental 500 (†) for a number beyond 64 bits → the answer for every other exam that does not exist',
    explains: (_, { step, reference, ours }) =>
      /exam_id\/\d{20}\//.test(step.path) && isPage(reference) && [200, 404].includes(ours.status),
  },
  {
    name: 'numbers and texts have limits',
    reason: 'docs/limits.md: the reference accepts values that it can neither keep nor add, and fails later',
    explains: (_, { reference, ours }) =>
      reference.status === 200 &&
      [400, 422].includes(ours.status) &&
      /Ensure this (value|field)|At most \d+ |at most 5256000 |"allowance_value"/.test(JSON.stringify(ours.body)),
    diverges: () => true,
  },
  {
    name: 'a null character is refused',
    reason: 'accidental 500 (†) with PostgreSQL, which cannot keep it; the reference of this test searches for it',
    explains: (_, { step, ours }) =>
      step.path.includes('%00') &&
      ours.status === 400 &&
      (ours.body as any)?.detail === 'Null characters are not allowed.',
  },
  {
    name: 'a shared view does not answer methods by accident',
    reason: 'accidental 500 (†): no such operation, so 405',
    explains: (_, exchange) =>
      isPage(exchange.reference) &&
      exchange.ours.status === 405 &&
      (asks(exchange, 'GET', /^~\/(exam|allowance)$/) ||
        asks(exchange, 'PUT', /^~\/\{?[^/]+\/allowance$/) ||
        asks(exchange, 'DELETE', /^~\/\{?[^/]+\/allowance$/) ||
        asks(exchange, 'POST', /^~\/exam\/./) ||
        asks(exchange, 'PUT', /^~\/exam\/./)),
  },
  {
    name: 'the texts of JSON parse errors differ',
    reason: 'rest-api.md 2.5: only the beginning, "JSON parse error - ", is part of the contract',
    explains: (line, { reference, ours }) =>
      line.startsWith('body.detail: ') &&
      [reference, ours].every(({ body }) => (body as any)?.detail?.startsWith('JSON parse error - ')),
  },
  {
    name: 'the texts of malformed logins differ',
    reason: 'release 6.1 shows the text of a newer library; the service keeps that of 4.16',
    release: '6.1',
    explains: (line, { step }) =>
      step.headers?.Authorization?.startsWith('Basic ') === true && /^body\.detail: .*, service "Invalid /.test(line),
  },
  {
    name: 'learners cannot allow their own resume',
    reason: 'learner may mark own attempt ready to resume → course or global staff only (403)',
    explains: (_, exchange) =>
      asks(exchange, 'PUT', attempt) &&
      actionOf(exchange) === 'mark_ready_to_resume' &&
      !(exchange.step.body as any).user_id &&
      [200, 400].includes(exchange.reference.status) &&
      exchange.ours.status === 403 &&
      isDetail(exchange.ours),
    diverges: succeeded,
  },
  {
    name: 'not every user may report that an attempt is ready',
    reason: '`ready` callback: any logged-in user → owner, reviewer group, or staff; else 403',
    explains: (_, exchange) =>
      asks(exchange, 'POST', /^~\/attempt\/[^/]+\/ready$/) &&
      exchange.reference.status === 200 &&
      exchange.ours.status === 403,
    diverges: succeeded,
  },
  {
    name: 'a request by a stranger does not time out an attempt',
    reason: 'a refused request by a stranger still times out the attempt → ownership first',
    // Both refuse the stranger. The owner sees different answers afterwards.
    explains: (line, exchange, history) => {
      const strangers = history.filter(
        ({ step, reference }) => /^~\/attempt\//.test(step.path) && reference.status === 403,
      );
      return (
        onlyOneTimedOut('reference', strangers, line, exchange) ||
        onlyReferenceHasEffects(strangers, line) ||
        (strangers.length > 0 && startsAnother(exchange))
      );
    },
  },
  {
    name: 'an attempt without minutes is over at once',
    reason:
      'domain.md 2.5: the reference ends it a moment later, but the clock of this test stands still within a request; ' +
      'if the time is over already, its effects are submitted twice instead of started and submitted',
    explains: (line, exchange, history) =>
      startsAndEndsAtOnce(line) ||
      (isOver(line, exchange) && onlyOneTimedOut('ours', history.filter(starts), line, exchange)),
  },
  {
    name: 'a page notices that the time is over',
    reason: 'domain.md 4.4: the reference does not read the attempt if it shows the content of the exam anyway',
    explains: (line, exchange, history) =>
      onlyOneTimedOut(
        'ours',
        history.filter(({ step }) => step.view),
        line,
        exchange,
      ),
  },
  {
    name: 'a time-out is kept if the request is refused',
    reason:
      'accidental 500 (†), or a body that is not JSON: the reference rolls the time-out back and notices it again later',
    explains: (line, exchange, history) => {
      const undone = history.filter(
        (earlier) =>
          isUndone(earlier.reference) && (asks(earlier, 'POST', /\/reviewed$/) || asks(earlier, 'PUT', attempt)),
      );
      return onlyOneTimedOut('ours', undone, line, exchange);
    },
  },
  {
    name: 'an operator is not a user of the platform',
    reason: 'a command names its operator; the corresponding request of the reference names a user',
    explains: (line, _, history) =>
      isRequestedByNobody(line) && history.some(({ step }) => step.command?.[0] === 'reset-attempts'),
  },
  {
    name: 'the course of the addressed object decides',
    reason:
      'body course_id/exam_id overrides the URL in course-staff checks → the course of the addressed object decides',
    explains: (_, exchange) =>
      (asks(exchange, 'DELETE', attempt) || ofCourse.test(exchange.step.path)) &&
      (namesOnlyExams(exchange)
        ? exchange.ours.status < 500
        : ['course_id', 'exam_id'].some((key) => (exchange.step.body as any)?.[key]) &&
          (staffOnly(exchange.reference)
            ? isOfTheirCourse(exchange) !== false && exchange.ours.status !== 403 && exchange.ours.status < 500
            : isOfTheirCourse(exchange) !== true && staffOnly(exchange.ours))),
    diverges: ({ step }) => step.method !== 'GET',
  },
  {
    name: 'only staff see the running exams of other users',
    reason: '`active_exams_for_user`: anyone → own, or course/global staff',
    explains: (_, exchange) =>
      asks(exchange, 'GET', /active_exams_for_user/) &&
      exchange.step.as !== 'staff' &&
      exchange.reference.status === 200 &&
      staffOnly(exchange.ours),
  },
  {
    name: 'a dashboard belongs to an exam of the course',
    reason: 'instructor redirect: exam of another course → 404 unless the exam is in the URL’s course',
    explains: (_, exchange) =>
      asks(exchange, 'GET', /^~~\/instructor\/[^/]+\/[^/]/) &&
      (exchange.reference.status === 302 || exchange.reference.status === 404 || isPage(exchange.reference)) &&
      exchange.ours.status === 404 &&
      String(exchange.ours.body).startsWith('No exam '),
  },
  {
    name: 'an answer names the provider that refuses',
    reason: '`provider … cannot register` leaks Python tuples → 502/503 with `{"detail", "provider"}`',
    explains: (_, { reference, ours }) =>
      /^\(BackendProviderCannotRegisterAttempt/.test((reference.body as any)?.detail) &&
      ours.status === (reference.status === 503 ? 503 : 502) &&
      isOfProvider(ours),
  },
  {
    name: 'the request to a busy provider is retried once',
    reason:
      'one retry at registration, so that a short failure does not prevent an exam; the reference gives up at once',
    explains: (_, { step, reference, ours }) =>
      step.path === '~/attempt' &&
      step.providerAnswer?.status === 503 &&
      reference.status === 503 &&
      ours.status === 200,
    diverges: () => true,
  },
  {
    name: 'an answer of a provider without an id is a failure',
    reason: 'provider answer without an attempt id → 200 with detail → 502',
    explains: (_, { reference, ours, step }) =>
      step.path === '~/attempt' &&
      reference.status === 200 &&
      isDetail(reference) &&
      ours.status === 502 &&
      isOfProvider(ours),
  },
  {
    name: 'lists have an order',
    reason: 'unordered lists → ascending id; the reference asks providers in the order of a set',
    explains: (line, exchange) =>
      line.endsWith(' (order)') &&
      /allowance$|active_exams_for_user$|retire_backend_user\//.test(exchange.step.path) &&
      isAscending(exchange.ours.body),
  },
  {
    name: 'attempts of one instant have no order',
    reason:
      'the clock of this test stands still in a request, so attempts that the reference makes one after the other have one time',
    // If a declined attempt is gone, the reference finds its version before the last, which has a provider's id.
    explains: (line, exchange, history) =>
      ((exchange.ours.body as any)?.detail === 'The attempt has no record locator.' &&
        history.some((earlier) => actionOf(earlier) === 'decline')) ||
      (asks(exchange, 'GET', /attempt\/grouped/) &&
        line.endsWith(' (order)') &&
        timesOf(exchange.reference) === timesOf(exchange.ours)) ||
      (asks(exchange, 'GET', /user_onboarding\/status/) &&
        /^body\.(onboarding_status|results\.\d+\.status): reference "(onboarding_reset|error)/.test(line) &&
        history.some((earlier) => {
          const { modified = earlier.at } = objectOf(line, exchange.reference);
          return changesTwoAttempts(earlier, history) && new Date(modified).getTime() === earlier.at;
        })),
  },
  {
    name: 'an exam is found by a real usage key',
    reason: 'R3 content id pattern → also real usage keys, percent-encoded',
    explains: (_, exchange) =>
      asks(exchange, 'GET', /\/content_id\/(\{A:block%?\}|[\w-]+(:|%3A))/) &&
      exchange.reference.status === 404 &&
      (exchange.ours.status === 200 || exchange.ours.status === 400),
  },
  {
    name: 'OPTIONS describes a path with other words',
    reason: 'rest-api.md 2.1: out of contract; the reference answers with the name and the comment of its code',
    explains: (line, { step }) => step.method === 'OPTIONS' && /^body\.(name|description): .*, service "/.test(line),
  },
  {
    name: 'an error names the provider',
    reason: 'the reference shows a Python object with its memory address',
    explains: (line) =>
      /^body\.detail: reference ".*\(backend=<[\w.]+ object at 0x[0-9a-f]+>\)", service ".*\(backend=\w+\)"$/.test(
        line,
      ),
  },
  {
    name: 'a retired learner has no name',
    reason: 'retirement blanks allowances only → keys destroyed, roster row erased, allowances blanked',
    explains: (line, _, history) =>
      history.some(retires) &&
      (/\.user\.(username: .*, service "retired user \d+"|email: .*, service "")$/.test(line) ||
        /^body, keys: .*, service .*"retired user \d+"/.test(line)),
  },
  {
    name: 'a retired learner is gone',
    reason: 'the service retires more: it refuses their tokens, and their name and address find nobody',
    explains: (_, exchange, history) =>
      history.some((earlier) => retires(earlier) && earlier.at < exchange.at) &&
      (exchange.ours.status === 403
        ? isDetail(exchange.ours)
        : asks(exchange, 'PUT', /allowance$/) && exchange.ours.status === 400 && isDetail(exchange.ours)),
  },
  {
    name: 'course staff find only people of their course',
    reason: "allowances (and so names and addresses) of anybody for any course's staff → people of the course only",
    explains: (_, exchange) =>
      ['coach', 'otherCoach'].includes(exchange.step.as ?? '') &&
      exchange.reference.status < 400 &&
      (asks(exchange, 'PUT', /allowance$/)
        ? exchange.ours.status === 207 ||
          /Cannot find user|Enter a valid username/.test(JSON.stringify(exchange.ours.body))
        : asks(exchange, 'GET', /^~~\/user_onboarding\/status/) &&
          /"username: there is no user/.test(JSON.stringify(exchange.ours.body))),
    diverges: ({ step }) => step.method === 'PUT',
  },
  {
    name: 'an attempt that an operator times out is completed',
    release: '4.16',
    reason: 'domain.md 2.5: the reference removes the time of completion, and then its page fails',
    explains: (line, exchange, history) =>
      history.some(({ step }) => step.command?.[0] === 'set-attempt-status' && step.command.at(-1) === 'timed_out') &&
      (/\.completed_at: reference null, service "/.test(line) ||
        completesMore(line) ||
        (exchange.step.view !== undefined && isPage(exchange.reference))),
  },
  {
    name: 'a page never fails',
    reason: 'accidental 500 (†): the reference has no page for some states, nor without the name of a provider',
    explains: (_, exchange) =>
      exchange.step.view !== undefined && isPage(exchange.reference) && exchange.ours.status < 500,
    diverges: () => true,
  },
  {
    name: 'the error for users who are not staff is in English',
    reason: "the reference's translations are AGPL; the service translates only texts for learners",
    explains: (line, { step, reference, ours }) =>
      step.headers?.['accept-language'] !== undefined &&
      /^body\.detail: /.test(line) &&
      staffOnly(ours) &&
      reference.status === 403,
  },
  {
    name: 'an odd content id does not prevent an exam',
    reason: 'accidental 500 (†): the service does not parse keys for the link, so it refuses nothing',
    explains: (_, exchange) =>
      isPage(exchange.reference) &&
      exchange.ours.status === 200 &&
      asks(exchange, 'GET', /active_attempt|^~\/attempt\/course_id\/|user_onboarding\/status\?/),
  },
  {
    name: 'a refused command leaves nothing behind',
    reason: 'domain errors keep partial writes → one command, one transaction',
    // The reference keeps exams that it published before the refused one, and a reset attempt without its new attempt.
    explains: (line, exchange, history) =>
      asks(exchange, 'GET', /^~\/(exam\/course_id|attempt)\//) &&
      /^body\.(length: |modified: |status: reference "onboarding_reset")/.test(line) &&
      history.some(divergesUnseen),
  },
  {
    name: 'a repeated request changes nothing',
    reason: 'each repetition saves the attempt again and repeats its effects → no change and no effects',
    explains: (line, _, history) => {
      const repeated = repetitions(history);
      const [, modified = ''] = /modified: reference "([^"]+)"/.exec(line) ?? [];
      return repeated.some(({ at }) => at === Date.parse(modified)) || onlyReferenceHasEffects(repeated, line);
    },
  },
  {
    name: 'times are in English',
    reason: "the reference's translations are AGPL; the service translates only texts for learners",
    explains: (line, { step }) =>
      step.headers?.['accept-language'] !== undefined &&
      /^body\.(accessibility_time_string|total_time|exam_type): /.test(line),
  },
];

/** The differences from that release of the reference. */
export const differencesFrom = (release: Release): Difference[] =>
  differences.filter((difference) => (difference.release ?? release) === release);

/** The reference refused a request but kept a part of its writes, or a learner was retired, which removes more in the service. */
export const divergesUnseen = (exchange: Exchange): boolean =>
  retires(exchange) ||
  (exchange.reference.status === 400 &&
    (asks(exchange, 'PATCH', registration) || /past due proctored/.test((exchange.reference.body as any)?.detail)));
