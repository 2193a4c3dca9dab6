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

/** What the longer list has more is out of time. */
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
