import type { Tone } from '../../kit/status-badge.js';
import type { Provider, Subscription, System } from './queries.js';

/** Something that is wrong. `text` and `advice` are ids of texts with `values`; `page` shows more. */
export type Finding = {
  id: string;
  tone: Tone;
  text: string;
  advice: string;
  values: Record<string, string | number>;
  page?: string;
};

type State = { system: System; subscriptions: readonly Subscription[]; providers: readonly Provider[] };

const severity: readonly Tone[] = ['bad', 'warn', 'busy'];
const lateSeconds = 300;
const longTransactionSeconds = 60;
/** As in the advice of docs/operations.md. */
const fewPositions = 15_000_000;
const lateWitnessSeconds = 300;

/** Everything that is wrong, the worst first. */
export function findingsIn({ system, subscriptions, providers }: State): Finding[] {
  const all = [...ofSystem(system), ...subscriptions.flatMap(ofSubscription), ...providers.flatMap(ofProvider)];
  return all.sort((a, b) => severity.indexOf(a.tone) - severity.indexOf(b.tone));
}

const finding = (id: string, tone: Tone, name: string, values: Finding['values'] = {}, page?: string): Finding => ({
  ...{ id, tone, values, page },
  text: `operations.finding.${name}`,
  advice: `operations.advice.${name}`,
});

function ofSystem({ ready, problem, clock, log, merkle_tree: tree, open_transactions, quarantined_callbacks }: System) {
  const found: Finding[] = [];
  if (!ready) found.push(finding('ready', 'bad', 'not_ready', { problem: problem ?? '' }));
  if (clock.endsNoAttempt !== null)
    found.push(finding('clock', 'bad', 'clock_in_doubt', { problem: clock.endsNoAttempt }));
  if (log.positions_left < fewPositions)
    found.push(finding('room', 'warn', 'little_room', { count: log.positions_left }));
  const [oldest] = open_transactions;
  if (oldest && oldest.seconds > longTransactionSeconds)
    found.push(
      finding('transaction', 'warn', 'long_transaction', {
        seconds: Math.round(oldest.seconds),
        application: oldest.application || oldest.gid || '–',
      }),
    );
  if (tree && tree.unwitnessed_seconds > lateWitnessSeconds)
    found.push(finding('witnesses', 'bad', 'unwitnessed', { seconds: Math.round(tree.unwitnessed_seconds) }));
  if (quarantined_callbacks > 0)
    found.push(finding('callbacks', 'warn', 'callbacks', { count: quarantined_callbacks }, 'callbacks'));
  return found;
}

function ofSubscription(each: Subscription): Finding[] {
  const { subscription, state, stopped, last_error, waiting, oldest_waiting_seconds, dead_letters } = each;
  const values = { subscription, waiting };
  const found: Finding[] = [];
  const add = (tone: Tone, name: string, more: Finding['values'] = {}, page = 'subscriptions') =>
    found.push(finding(`${name} ${subscription}`, tone, name, { ...values, ...more }, page));
  if (state === 'stopped') add('bad', 'stopped', { problem: stopped ?? '' });
  if (state === 'failing') add('bad', 'failing', { problem: last_error ?? '' });
  if (state === 'no_leader') add('bad', 'no_leader');
  if (state === 'not_set_up' && waiting > 0) add('busy', 'not_set_up', {}, 'settings');
  if (state === 'running' && oldest_waiting_seconds > lateSeconds)
    add('warn', 'late', { seconds: Math.round(oldest_waiting_seconds) });
  if (dead_letters > 0)
    add(
      'bad',
      'dead_letters',
      { count: dead_letters },
      `dead-letters?subscription=${encodeURIComponent(subscription)}`,
    );
  return found;
}

const ofProvider = ({ provider, circuit }: Provider): Finding[] =>
  circuit === 'open' ? [finding(`circuit ${provider}`, 'bad', 'circuit_open', { provider }, 'providers')] : [];
