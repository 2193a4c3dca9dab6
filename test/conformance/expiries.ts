import type { Answer } from './server.js';
import type { Exchange } from './world.js';

type Side = 'oracle' | 'ours';
const otherOf = (side: Side): Side => (side === 'ours' ? 'oracle' : 'ours');

/** The timer of the running attempt, in whichever answer it stands. */
export const timerIn = ({ body }: Answer): any => (body as any)?.active_attempt ?? body;

/**
 * Whether a line of what differs shows that an attempt ran out of time and that only `side` took note of it in one of
 * `causes`: the other one does so later, when somebody looks at it.
 */
export function onlyOneNoticed(side: Side, causes: Exchange[], line: string, exchange: Exchange): boolean {
  const [, place = '', oracle, ours] = /^(.*): reference (.*), service (.*)$/.exec(line) ?? [];
  const said = { oracle, ours };
  const [early, late] = [side, otherOf(side)];
  const { method, path } = exchange.step;
  if (method !== 'GET' || causes.length === 0) return false;
  if (place.endsWith('modified')) return causes.some(({ at }) => at === Date.parse(said[early].slice(1, -1)));
  if (/active_exams_for_user/.test(path)) return listsOnlyWhatIsOver(exchange[early], exchange[late], exchange.at);
  if (/attempt\/grouped|user_onboarding/.test(path))
    return place.endsWith('completed_at')
      ? said[late] === 'null'
      : place.endsWith('status') &&
          said[early] === '"submitted"' &&
          /^"(onboarding_started|started|ready_to_submit)"$/.test(said[late]);
  return isOfTimer(line, path) && tellsOnceMore(exchange, late);
}

/**
 * Whether a line of what others were told differs by what the reference alone noticed in `causes`, which tell nobody anything
 * else: the service says so later; or never, if the attempt was gone by then, and then has no credit to take away, either.
 */
export function onlyReferenceTold(causes: Exchange[], line: string): boolean {
  const lists = /^(\S+) .*: reference \[(.*)\], service \[(.*)\]( \(order\))?$/.exec(line);
  if (!lists) return false;
  const times = new Set(causes.map(({ at }) => new Date(at).toISOString().slice(11, 19)));
  const [topic, ...told] = lists.slice(1, 4);
  const [expected, got] = told.map((list) =>
    [...list.matchAll(/(\S+) (\{.*?\})(?=, \d\d:|$)/g)]
      .map(([, time, text]) => ({ time, says: JSON.stringify({ ...JSON.parse(text), completed: null }) }))
      .filter(({ says }) => topic !== 'credit' || JSON.parse(says).status !== 'removed'),
  );
  const noticed = expected.filter(({ time }) => times.has(time));
  const others = expected.flatMap((each) => (noticed.includes(each) ? [] : each.says));
  const inTime = got.map(({ says }) => says);
  const count = (all: string[], one: string) => all.filter((each) => each === one).length;
  for (const { says } of noticed)
    if (count(inTime, says) > count(others, says)) inTime.splice(inTime.lastIndexOf(says), 1);
  return noticed.length > 0 && others.join() === inTime.join();
}

const isOfTimer = (line: string, path: string) =>
  /^~\/(attempt|active_attempt)(\?|$)/.test(path) ||
  (/^~\/attempt\/course_id\//.test(path) && line.startsWith('body.active_attempt'));

/** That an attempt is handed in is told once; the side that knew has none or another one. */
const tellsOnceMore = (exchange: Exchange, side: Side) => {
  const timer = timerIn(exchange[side]);
  return (
    timer?.attempt_status === 'submitted' &&
    timer.time_remaining_seconds === 0 &&
    (timerIn(exchange[otherOf(side)])?.attempt_status !== 'submitted' ||
      exchange.mismatches.some((line) => line.includes('attempt_id (an id)')))
  );
};

/** The longer list has attempts more, whose time is over. */
function listsOnlyWhatIsOver(shorter: Answer, longer: Answer, now: number): boolean {
  const contentOf = ({ exam }: any) => exam.content_id;
  const [listed, others] = [longer, shorter].map(({ body }) => body);
  if (!Array.isArray(listed) || !Array.isArray(others)) return false;
  const more = listed.filter((item) => !others.some((other) => contentOf(other) === contentOf(item)));
  return (
    others.length + more.length === listed.length &&
    more.every(({ attempt }) => Date.parse(attempt.started_at) + attempt.allowed_time_limit_mins * 60_000 <= now)
  );
}
