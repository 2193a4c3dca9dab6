import type { Answer } from './server.js';
import type { Exchange } from './world.js';

type Side = 'reference' | 'ours';
const otherOf = (side: Side): Side => (side === 'ours' ? 'reference' : 'ours');

/** The timer of the running attempt in an answer of any of these routes. */
export const timerIn = ({ body }: Answer): any => (body as any)?.active_attempt ?? body;

/**
 * Whether a differing line shows that an attempt timed out and that only `side` noticed it in one of `causes`. The other side
 * notices it later, when a request reads the attempt.
 */
export function onlyOneTimedOut(side: Side, causes: Exchange[], line: string, exchange: Exchange): boolean {
  const [, place = '', reference, ours] = /^(.*): reference (.*), service (.*)$/.exec(line) ?? [];
  const shown = { reference, ours };
  const [early, late] = [side, otherOf(side)];
  const { method, path } = exchange.step;
  if (method !== 'GET' || causes.length === 0) return false;
  if (place.endsWith('modified')) return causes.some(({ at }) => at === Date.parse(shown[early].slice(1, -1)));
  if (/active_exams_for_user/.test(path)) return listsOnlyWhatIsOver(exchange[early], exchange[late], exchange.at);
  if (/attempt\/grouped|user_onboarding/.test(path))
    return place.endsWith('completed_at')
      ? shown[late] === 'null'
      : place.endsWith('status') &&
          shown[early] === '"submitted"' &&
          /^"(onboarding_started|started|ready_to_submit)"$/.test(shown[late]);
  return isOfTimer(line, path) && showsEndOnce(exchange, late);
}

/**
 * Whether the effects in a line differ only by time-outs that the reference alone noticed in `causes`. The service has these
 * effects later, or never if the attempt was removed before. In that case it removes no credit, either.
 */
export function onlyReferenceHasEffects(causes: Exchange[], line: string): boolean {
  const lists = /^(\S+) .*: reference \[(.*)\], service \[(.*)\]( \(order\))?$/.exec(line);
  if (!lists) return false;
  const times = new Set(causes.map(({ at }) => new Date(at).toISOString().slice(11, 19)));
  const [topic, ...effects] = lists.slice(1, 4);
  const [expected, got] = effects.map((list) =>
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

/** A timer shows once that an attempt is submitted. The side that noticed before shows no timer or another attempt's. */
const showsEndOnce = (exchange: Exchange, side: Side) => {
  const timer = timerIn(exchange[side]);
  return (
    timer?.attempt_status === 'submitted' &&
    timer.time_remaining_seconds === 0 &&
    (timerIn(exchange[otherOf(side)])?.attempt_status !== 'submitted' ||
      exchange.mismatches.some((line) => line.includes('attempt_id (an id)')))
  );
};

/** Whether the longer list has only additional attempts whose time is over. */
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
