import { onlyOneNoticed, onlyReferenceTold, timerIn } from './expiries.js';
import type { Answer } from './server.js';
import { type Exchange, isUndone } from './world.js';

/** A place where the service is meant to answer otherwise than the reference (architecture.md, "Deliberate differences"). */
export type Difference = {
  name: string;
  reason: string;
  /**
   * Whether one line of what differs is as it is meant to be. If the whole answer differs, this holds for all its
   * lines. `history`: what was asked before, this one included.
   */
  explains(line: string, exchange: Exchange, history: Exchange[]): boolean;
  /** Afterwards the two no longer are in the same state. */
  parts?: (exchange: Exchange) => boolean;
};

const isDetail = ({ body }: Answer) => typeof (body as any)?.detail === 'string' && (body as any).detail !== '';
const isPage = ({ status, type }: Answer) => status === 500 && type?.startsWith('text/html') === true;
const asks = ({ step }: Exchange, method: string, path: RegExp) => step.method === method && path.test(step.path);
const actionOf = ({ step }: Exchange) => (step.body as any)?.action;
const succeeded = ({ oracle }: Exchange) => oracle.status === 200;
const staffOnly = (answer: Answer) =>
  answer.status === 403 && (answer.body as any)?.detail === 'Must be a Staff User to Perform this request.';

const isVendors = (answer: Answer) => isDetail(answer) && Object.keys(Object(answer.body)).join() === 'detail,provider';

/** The object in which the place of a line is: `body.results.0.status` is in the first result. */
const objectOf = (line: string, { body }: Answer): any =>
  /^body\.(.*?): /
    .exec(line)?.[1]
    .split('.')
    .slice(0, -1)
    .reduce((value: any, key) => value?.[key], body);

/** The line is about an attempt that got no minutes: the attempt itself, or its timer. */
const isOver = (line: string, { oracle }: Exchange) =>
  objectOf(line, oracle)?.allowed_time_limit_mins === 0 || timerIn(oracle)?.low_threshold_sec === 0;

/** In notifications: one side says started (or such) and submitted at one instant, the other says submitted twice. */
const startsAndEndsAtOnce = (line: string) => {
  const lists = /: reference \[(.+)\], service \[(.+)\]$/.exec(line);
  if (!lists) return false;
  const [expected, got] = lists.slice(1).map((list) => list.replace(/(\S+) \{"status":"(\w+)"[^}]*\}/g, '$1 $2'));
  const moved = /(\S+) (?:started|ready_to_start|ready_to_submit|download_software_clicked), \1 submitted/g;
  return got.replace(moved, '$1 submitted, $1 submitted') === expected;
};

/** In notifications: here a submitted attempt is completed, too. */
const completesMore = (line: string) => {
  const [, expected, got] = /^attempts of .*: reference (\[.+\]), service (\[.+\])$/.exec(line) ?? [];
  const isSame = expected !== undefined && got?.replace(/"completed":\d+/g, '"completed":null') === expected;
  return isSame || /^learner-state of .*: reference \[.*\], service \[.*"is":"completed"\}\]$/.test(line);
};

/** In notifications: nobody asked for it here, somebody there. */
const isAskedByNobody = (line: string) => {
  const [, expected = '', got] = /: reference (\[.+\]), service (\[.+\])$/.exec(line) ?? [];
  return expected.replace(/"requested_by":\d+/g, '"requested_by":null') === got;
};

/** Allowances ascend in each list of theirs; pairs of exam and learner are as they were asked for. */
const isAscending = (body: unknown): boolean =>
  Object.values(Object(body)).every((item) => !Array.isArray(item) || isAscending(item)) &&
  (!Array.isArray(body) || body.every(({ id }, index) => index === 0 || id === undefined || body[index - 1].id < id));

/** The number that a text says, or the text: `'007'` grants what 7 does. */
const numberOf = (value: unknown): unknown => {
  const number = Number(String(value).replaceAll('_', ''));
  return Number.isNaN(number) ? value : number;
};

/** The part of a request that counts: an action at an attempt, or the value of an allowance. */
const wishOf = ({ step }: Exchange): string => {
  const { action, value, key, allowance_type } = Object(step.body);
  if (/allowance$/.test(step.path)) return JSON.stringify(['allowance', key ?? allowance_type, numberOf(value)]);
  return JSON.stringify([step.path, action]);
};

/** Earlier requests that repeated one before them about the same attempt or allowance. They say nothing new. */
const repetitions = (history: Exchange[]) =>
  history.filter(
    (exchange, index) =>
      exchange.step.method === 'PUT' &&
      (['stop', 'click_download_software', 'decline'].includes(actionOf(exchange)) ||
        /review_status$|allowance$/.test(exchange.step.path)) &&
      history.slice(0, index).some((earlier) => wishOf(earlier) === wishOf(exchange)),
  );

/** Refused by both, since another attempt is running; one of them knows already that its time is over. */
const startsAnother = (exchange: Exchange) =>
  asks(exchange, 'PUT', attempt) &&
  actionOf(exchange) === 'start' &&
  /^A status transition from "submitted" to "started"/.test((exchange.oracle.body as any)?.detail) &&
  /has already started!$/.test((exchange.ours.body as any)?.detail);

const retires = (exchange: Exchange) =>
  asks(exchange, 'POST', /^~~\/retire_user\//) && exchange.oracle.status === 204 && exchange.ours.status === 204;

/** Bulk allowances without a course: here the exams tell it. */
const namesOnlyExams = ({ step, oracle }: Exchange) =>
  step.path === '~/bulk_allowance' && (oracle.body as any)?.detail === 'could not determine the course_id';

/** Paths where a body's course outranks the one that is addressed. */
const ofCourse =
  /^~\/(.*allowance$|attempt\/grouped\/|exam_id\/)|^~~\/(instructor\/|user_onboarding\/status\/course_id\/)/;

/** Staff of one course only; undefined where the path names an exam or an attempt. */
const isOfTheirCourse = ({ step }: Exchange): boolean | undefined => {
  const [, course] = /\{(A|B|Ended|Empty)%?\}/.exec(step.path) ?? [];
  return course === undefined ? undefined : { coach: 'A', otherCoach: 'B' }[step.as ?? ''] === course;
};

/** When the attempts of a list were created, in its order. */
const timesOf = ({ body }: Answer) =>
  (body as any).proctored_exam_attempts.map(({ created }: { created: string }) => created).join();

/** Puts a new attempt in the place of one: of a practice that is over, or of one that may be resumed. */
const changesTwoAttempts = (exchange: Exchange, history: Exchange[]) => {
  return (
    actionOf(exchange) === 'reset_attempt' ||
    (asks(exchange, 'POST', /^~\/attempt$/) &&
      succeeded(exchange) &&
      history.some((earlier) => earlier.at < exchange.at && actionOf(earlier) === 'mark_ready_to_resume'))
  );
};

const starts = (exchange: Exchange) => actionOf(exchange) === 'start' || 'start_clock' in Object(exchange.step.body);

const registration = /^~\/exam_registration/;
const attempt = /^~\/attempt\/[^/?]+$/;

const ownersActions = ['start', 'stop', 'submit', 'decline', 'error', 'click_download_software'];
const isOwnersAction = (exchange: Exchange) =>
  asks(exchange, 'PUT', attempt) && ownersActions.includes(actionOf(exchange));

/**
 * Earlier requests: owners' actions after the end of an attempt. Here they are refused, or repeat a submit and change
 * nothing.
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

/** A look at what belongs to somebody else. */
const looksAtOthers = ({ step }: Exchange) => /[?&]user_id=/.test(step.path) || step.view?.graceMins !== undefined;

/** The fields of an attempt, in whatever answer it stands. */
const isOfAttempt = (line: string) =>
  /^(body.*\b(status|completed_at|modified|is_resumable|time_remaining_seconds|external_id|taking_as_proctored|attempt_status|keys|length|interstitial|exam_attempt_id|short_description|suggested_icon|in_completed_state)\b|status: |body: |the page)/.test(
    line,
  );

export const differences: Difference[] = [
  {
    name: 'no page shows the service in a frame',
    reason: 'the reference leaves this header to its host → every answer says so',
    explains: (line) => line === 'X-Frame-Options: reference nothing, service "DENY"',
  },
  {
    name: 'the root shows what the service is',
    reason: 'the reference has no page there',
    explains: (_, { step, oracle, ours }) => step.path === '/' && oracle.status === 404 && ours.status === 200,
  },
  {
    name: 'a verdict is final for its owner',
    reason:
      'completed → completed is legal for the owner → the actions apply to incomplete attempts only; a repeated submit changes nothing',
    explains: (line, exchange, history) => {
      const late = tooLate(history);
      const isLate =
        late.some(({ at }) => at === exchange.at) && /^A status transition/.test((exchange.ours.body as any)?.detail);
      return isLate || onlyReferenceTold(late, line) || (late.length > 0 && isOfAttempt(line));
    },
    parts: () => true,
  },
  {
    name: 'a review that matches no attempt gets one answer',
    reason:
      'the callback judges attempts of any provider, and names the right locator → bound to the provider of the exam, one text',
    explains: (_, exchange) =>
      asks(exchange, 'POST', callbackPath) && [200, 400].includes(exchange.oracle.status) && isNoMatch(exchange.ours),
    parts: succeeded,
  },
  {
    name: 'a launch never ends an exam',
    reason:
      'the launch acts by any method, for any exam → by GET and POST, for providers with a secure browser, before the start',
    explains: (line, exchange, history) => {
      const launches = history.filter(({ step, oracle }) => launchPath.test(step.path) && oracle.status === 302);
      const isLaunch = launches.some(({ at }) => at === exchange.at);
      if (isLaunch)
        return (
          line.startsWith('Set-Cookie: ') || ['HEAD', 'GET', 'POST'].every((each) => each !== exchange.step.method)
        );
      return launches.length > 0 && (isOfAttempt(line) || onlyReferenceTold(launches, line));
    },
    parts: () => true,
  },
  {
    name: 'a look at what is of somebody else writes nothing',
    reason: 'a look by staff writes in the name of the learner → looks never write for somebody else',
    explains: (line, exchange, history) => {
      const looks = history.filter(looksAtOthers);
      return (
        onlyOneNoticed('oracle', looks, line, exchange) ||
        onlyReferenceTold(looks, line) ||
        (looksAtOthers(exchange) && isOfAttempt(line))
      );
    },
    parts: () => true,
  },
  {
    name: 'a dashboard shows attempts of its exam',
    reason: 'the link to the dashboard is signed for any attempt → for attempts of its exam only',
    explains: (line, { step }) => /\/instructor\/.*attempt=/.test(step.path) && line.startsWith('Location: '),
  },
  {
    name: 'bad input is not an internal error',
    reason: 'accidental 500 (†) on bad input → 400 that names the field; never a 500',
    explains: (_, exchange) =>
      isPage(exchange.oracle) &&
      (exchange.ours.status === 400 ||
        (exchange.ours.status === 422 &&
          (asks(exchange, 'PATCH', registration) || asks(exchange, 'PUT', /^~\/exam$/)))) &&
      (isDetail(exchange.ours) || asks(exchange, 'POST', /^~\/exam$/) || asks(exchange, 'PATCH', registration)),
  },
  {
    name: 'numbers and texts have limits',
    reason: 'docs/limits.md: the reference takes what it can neither keep nor add up, and fails later',
    explains: (_, { oracle, ours }) =>
      oracle.status === 200 &&
      [400, 422].includes(ours.status) &&
      /Ensure this (value|field)|At most \d+ |at most 5256000 |"allowance_value"/.test(JSON.stringify(ours.body)),
    parts: () => true,
  },
  {
    name: 'a null character is refused',
    reason: 'accidental 500 (†) with a database that keeps none, as here; the reference of this test looks for it',
    explains: (_, { step, ours }) =>
      step.path.includes('%00') &&
      ours.status === 400 &&
      (ours.body as any)?.detail === 'Null characters are not allowed.',
  },
  {
    name: 'methods that a shared view answers by accident',
    reason: 'accidental 500 (†): no such operation, so 405',
    explains: (_, exchange) =>
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
    explains: (line, { oracle, ours }) =>
      line.startsWith('body.detail: ') &&
      [oracle, ours].every(({ body }) => (body as any)?.detail?.startsWith('JSON parse error - ')),
  },
  {
    name: 'a learner does not allow the own resume',
    reason: 'learner may mark own attempt ready to resume → course or global staff only (403)',
    explains: (_, exchange) =>
      asks(exchange, 'PUT', attempt) &&
      actionOf(exchange) === 'mark_ready_to_resume' &&
      !(exchange.step.body as any).user_id &&
      [200, 400].includes(exchange.oracle.status) &&
      exchange.ours.status === 403 &&
      isDetail(exchange.ours),
    parts: succeeded,
  },
  {
    name: 'not everybody says that an attempt is ready',
    reason: '`ready` callback: any logged-in user → owner, reviewer group, or staff; else 403',
    explains: (_, exchange) =>
      asks(exchange, 'POST', /^~\/attempt\/[^/]+\/ready$/) &&
      exchange.oracle.status === 200 &&
      exchange.ours.status === 403,
    parts: succeeded,
  },
  {
    name: 'a stranger does not expire an attempt',
    reason: 'an attempt read by a stranger still expires it → ownership first',
    // The stranger is refused by both; what differs is what the owner sees afterwards.
    explains: (line, exchange, history) => {
      const strangers = history.filter(({ step, oracle }) => /^~\/attempt\//.test(step.path) && oracle.status === 403);
      return (
        onlyOneNoticed('oracle', strangers, line, exchange) ||
        onlyReferenceTold(strangers, line) ||
        (strangers.length > 0 && startsAnother(exchange))
      );
    },
  },
  {
    name: 'an attempt that gets no minutes is over at once',
    reason:
      'domain.md 2.5: the reference ends it a moment later, and this test lets no moment pass within a request; ' +
      'of one whose time is over already it tells others twice that it is handed in, instead of started and handed in',
    explains: (line, exchange, history) =>
      startsAndEndsAtOnce(line) ||
      (isOver(line, exchange) && onlyOneNoticed('ours', history.filter(starts), line, exchange)),
  },
  {
    name: 'a page notices that the time is over',
    reason: 'domain.md 4.4: the reference looks at no attempt where it shows the content of the exam anyway',
    explains: (line, exchange, history) =>
      onlyOneNoticed(
        'ours',
        history.filter(({ step }) => step.view),
        line,
        exchange,
      ),
  },
  {
    name: 'an expiry stays when the request is refused',
    reason:
      'accidental 500 (†), or a body that is no JSON: the reference undoes with it that the attempt ran out of time, and ' +
      'notices it again later',
    explains: (line, exchange, history) => {
      const undone = history.filter(
        (earlier) =>
          isUndone(earlier.oracle) && (asks(earlier, 'POST', /\/reviewed$/) || asks(earlier, 'PUT', attempt)),
      );
      return onlyOneNoticed('ours', undone, line, exchange);
    },
  },
  {
    name: 'an operator is no user of the platform',
    reason:
      'a command says under a name of its own who ran it; the request that the reference has for it says which user',
    explains: (line, _, history) =>
      isAskedByNobody(line) && history.some(({ step }) => step.command?.[0] === 'reset-attempts'),
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
          (staffOnly(exchange.oracle)
            ? isOfTheirCourse(exchange) !== false && exchange.ours.status !== 403 && exchange.ours.status < 500
            : isOfTheirCourse(exchange) !== true && staffOnly(exchange.ours))),
    parts: ({ step }) => step.method !== 'GET',
  },
  {
    name: 'running exams of others are not for everybody',
    reason: '`active_exams_for_user`: anyone → own, or course/global staff',
    explains: (_, exchange) =>
      asks(exchange, 'GET', /active_exams_for_user/) &&
      exchange.step.as !== 'staff' &&
      exchange.oracle.status === 200 &&
      staffOnly(exchange.ours),
  },
  {
    name: 'a dashboard is that of an exam of the course',
    reason: 'instructor redirect: exam of another course → 404 unless the exam is in the URL’s course',
    explains: (_, exchange) =>
      asks(exchange, 'GET', /^~~\/instructor\/[^/]+\/[^/]/) &&
      (exchange.oracle.status === 302 || exchange.oracle.status === 404 || isPage(exchange.oracle)) &&
      exchange.ours.status === 404 &&
      String(exchange.ours.body).startsWith('No exam '),
  },
  {
    name: 'a vendor that refuses is named',
    reason: '`provider … cannot register` leaks Python tuples → 502/503 with `{"detail", "provider"}`',
    explains: (_, { oracle, ours }) =>
      /^\(BackendProviderCannotRegisterAttempt/.test((oracle.body as any)?.detail) &&
      ours.status === (oracle.status === 503 ? 503 : 502) &&
      isVendors(ours),
  },
  {
    name: 'a vendor that is busy is asked once more',
    reason: "one retry at registration, so that a vendor's bad moment costs no exam; the reference gives up at once",
    explains: (_, { step, oracle, ours }) =>
      step.path === '~/attempt' && step.vendor?.status === 503 && oracle.status === 503 && ours.status === 200,
    parts: () => true,
  },
  {
    name: 'a vendor that sends no id has failed',
    reason: 'vendor answer without an attempt id → 200 with detail → 502',
    explains: (_, { oracle, ours, step }) =>
      step.path === '~/attempt' && oracle.status === 200 && isDetail(oracle) && ours.status === 502 && isVendors(ours),
  },
  {
    name: 'lists have an order',
    reason: 'unordered lists → ascending id; the reference asks vendors in the order of a set',
    explains: (line, exchange) =>
      line.endsWith(' (order)') &&
      /allowance$|active_exams_for_user$|retire_backend_user\//.test(exchange.step.path) &&
      isAscending(exchange.ours.body),
  },
  {
    name: 'attempts of one instant',
    reason: 'the clock stands still in a request: what the reference makes in it one after the other has one time here',
    // If a declined attempt is gone, it then finds the version before the last, in which a provider still knew it.
    explains: (line, exchange, history) =>
      ((exchange.ours.body as any)?.detail === 'The attempt has no record locator.' &&
        history.some((earlier) => actionOf(earlier) === 'decline')) ||
      (asks(exchange, 'GET', /attempt\/grouped/) &&
        line.endsWith(' (order)') &&
        timesOf(exchange.oracle) === timesOf(exchange.ours)) ||
      (asks(exchange, 'GET', /user_onboarding\/status/) &&
        /^body\.(onboarding_status|results\.\d+\.status): reference "(onboarding_reset|error)/.test(line) &&
        history.some((earlier) => {
          const { modified = earlier.at } = objectOf(line, exchange.oracle);
          return changesTwoAttempts(earlier, history) && new Date(modified).getTime() === earlier.at;
        })),
  },
  {
    name: 'an exam is found by a real usage key',
    reason: 'R3 content id pattern → also real usage keys, percent-encoded',
    explains: (_, exchange) =>
      asks(exchange, 'GET', /\/content_id\/(\{A:block%?\}|[\w-]+(:|%3A))/) &&
      exchange.oracle.status === 404 &&
      (exchange.ours.status === 200 || exchange.ours.status === 400),
  },
  {
    name: 'a path is described in our own words',
    reason: 'rest-api.md 2.1: out of contract; the reference answers OPTIONS with the name and the comment of its code',
    explains: (line, { step }) => step.method === 'OPTIONS' && /^body\.(name|description): .*, service "/.test(line),
  },
  {
    name: 'a provider is named',
    reason: 'the reference shows an object of Python, with its address in memory',
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
    reason: 'retirement goes further here: their tokens are refused, and nobody is found by their name or address',
    explains: (_, exchange, history) =>
      history.some((earlier) => retires(earlier) && earlier.at < exchange.at) &&
      (exchange.ours.status === 403
        ? isDetail(exchange.ours)
        : asks(exchange, 'PUT', /allowance$/) && exchange.ours.status === 400 && isDetail(exchange.ours)),
  },
  {
    name: 'course staff find the people of their course only',
    reason: "allowances (and so names and addresses) of anybody for any course's staff → people of the course only",
    explains: (_, exchange) =>
      ['coach', 'otherCoach'].includes(exchange.step.as ?? '') &&
      exchange.oracle.status < 400 &&
      (asks(exchange, 'PUT', /allowance$/)
        ? exchange.ours.status === 207 ||
          /Cannot find user|Enter a valid username/.test(JSON.stringify(exchange.ours.body))
        : asks(exchange, 'GET', /^~~\/user_onboarding\/status/) &&
          /"username: there is no user/.test(JSON.stringify(exchange.ours.body))),
    parts: ({ step }) => step.method === 'PUT',
  },
  {
    name: 'an attempt that an operator times out is completed',
    reason: 'domain.md 2.5: the reference takes the time of completion away, and then fails to make its page',
    explains: (line, exchange, history) =>
      history.some(({ step }) => step.command?.[0] === 'set-attempt-status' && step.command.at(-1) === 'timed_out') &&
      (/\.completed_at: reference null, service "/.test(line) ||
        completesMore(line) ||
        (exchange.step.view !== undefined && isPage(exchange.oracle))),
  },
  {
    name: 'a page fails nowhere',
    reason: 'accidental 500 (†): the reference has no page for some states, and none without the name of a provider',
    explains: (_, exchange) =>
      exchange.step.view !== undefined && isPage(exchange.oracle) && exchange.ours.status < 500,
    parts: () => true,
  },
  {
    name: 'staff are told in English that they must be staff',
    reason: "the reference's translations are its own, and AGPL; only what learners look at is translated here",
    explains: (line, { step, oracle, ours }) =>
      step.headers?.['accept-language'] !== undefined &&
      /^body\.detail: /.test(line) &&
      staffOnly(ours) &&
      oracle.status === 403,
  },
  {
    name: 'an odd content id does not keep a learner from the exam',
    reason: 'accidental 500 (†): the link needs no parsing of keys, so there is nothing to refuse',
    explains: (_, exchange) =>
      isPage(exchange.oracle) &&
      exchange.ours.status === 200 &&
      asks(exchange, 'GET', /active_attempt|^~\/attempt\/course_id\/|user_onboarding\/status\?/),
  },
  {
    name: 'a refused command leaves nothing behind',
    reason: 'domain errors keep partial writes → one command, one transaction',
    // Exams that were published before the one that is refused; an attempt that was reset before there was no new one.
    explains: (line, exchange, history) =>
      asks(exchange, 'GET', /^~\/(exam\/course_id|attempt)\//) &&
      /^body\.(length: |modified: |status: reference "onboarding_reset")/.test(line) &&
      history.some(partsWays),
  },
  {
    name: 'a request that is repeated changes nothing',
    reason: 'each repetition saves the attempt anew and tells others once more → nothing changes and nobody is told',
    explains: (line, _, history) => {
      const repeated = repetitions(history);
      const [, modified = ''] = /modified: reference "([^"]+)"/.exec(line) ?? [];
      return repeated.some(({ at }) => at === Date.parse(modified)) || onlyReferenceTold(repeated, line);
    },
  },
  {
    name: 'times are told in English',
    reason: "the reference's translations are its own, and AGPL; only what learners look at is translated here",
    explains: (line, { step }) =>
      step.headers?.['accept-language'] !== undefined &&
      /^body\.(accessibility_time_string|total_time|exam_type): /.test(line),
  },
];

/** The reference refused, but kept what it had done until then; or a learner was forgotten, which goes further here. */
export const partsWays = (exchange: Exchange): boolean =>
  retires(exchange) ||
  (exchange.oracle.status === 400 &&
    (asks(exchange, 'PATCH', registration) || /past due proctored/.test((exchange.oracle.body as any)?.detail)));
