import { nameOf } from '../../kit/learner-name.js';
import { type Board, type BoardState, type Row, runs } from './board.js';

export const groups = ['running', 'paused', 'setting_up', 'ended'] as const;
export type Group = (typeof groups)[number];

const settingUp = ['created', 'download_software_clicked', 'ready_to_start'];

const groupOf = (row: Row): Group => {
  if (row.is_paused) return 'paused';
  if (runs(row)) return 'running';
  return settingUp.includes(row.status) ? 'setting_up' : 'ended';
};

/** The names are those of texts. */
export type Warning = 'no_poll' | 'low_time' | 'provider_silent' | 'provider_refuses' | 'mail_stuck' | 'messages_stuck';

/** Finds in the state what concerns an attempt. */
const stateOf = ({ exams, blocked }: BoardState) => {
  const subscriptions = new Map<string, string[]>();
  for (const { exam_id, user_id, subscription } of blocked) {
    const key = `${exam_id} ${user_id}`;
    subscriptions.set(key, [...(subscriptions.get(key) ?? []), subscription]);
  }
  return {
    exams: new Map(exams.map((exam) => [exam.exam_id, exam])),
    isBlocked: ({ exam_id, learner }: Row, name: string) =>
      subscriptions.get(`${exam_id} ${learner.user_id}`)?.some((each) => each.startsWith(name)) ?? false,
  };
};

const warningsOf = (row: Row, state: ReturnType<typeof stateOf>, now: string): Warning[] => {
  const isUsed = row.provider_state !== 'none' && groupOf(row) !== 'ended';
  const found: Record<Warning, boolean> = {
    no_poll: row.no_poll_from !== null && row.no_poll_from <= now,
    low_time: row.low_time_from !== null && row.low_time_from <= now,
    provider_silent: isUsed && state.exams.get(row.exam_id)?.provider_answers === false,
    provider_refuses: state.isBlocked(row, 'provider '),
    mail_stuck: state.isBlocked(row, 'mail'),
    messages_stuck: state.isBlocked(row, 'kafka'),
  };
  return (Object.keys(found) as Warning[]).filter((name) => found[name]);
};

export type Filter = { exam: string; group: string; name: string; onlyWarned: boolean; sort: string };
export type ShownRow = { row: Row; warnings: Warning[]; exam: string };
export type Shown = { rows: ShownRow[]; counts: Record<Group, number>; warned: number };

/** The rows that a filter shows, sorted, and the counts of the exam's attempts. */
export function shownOf(board: Board, { exam, group, name, onlyWarned, sort }: Filter): Shown {
  const now = new Date(board.now()).toISOString();
  const counts = { running: 0, paused: 0, setting_up: 0, ended: 0 };
  const state = stateOf(board.state);
  const wanted = name.trim().toLowerCase();
  const rows: ShownRow[] = [];
  let warned = 0;
  for (const row of board.rows.values()) {
    if (exam && String(row.exam_id) !== exam) continue;
    const own = groupOf(row);
    const warnings = warningsOf(row, state, now);
    counts[own]++;
    if (warnings.length > 0) warned++;
    if ((group && own !== group) || (onlyWarned && warnings.length === 0)) continue;
    if (wanted && !`${row.learner.full_name}\n${row.learner.username}`.toLowerCase().includes(wanted)) continue;
    rows.push({ row, warnings, exam: state.exams.get(row.exam_id)?.exam_name ?? '' });
  }
  return { rows: sorted(rows, sort), counts, warned };
}

export const shownName = ({ learner }: Row) => nameOf({ ...learner, id: learner.user_id });

const keys: Record<string, (shown: ShownRow) => string> = {
  // Running attempts come first, the next end at the top.
  left: ({ row }) => row.ends_at ?? (row.is_paused ? '9998' : `9999${row.ended_at ?? ''}`),
  name: ({ row }) => shownName(row).toLowerCase(),
  exam: ({ exam }) => exam,
  status: ({ row }) => row.status,
  poll: ({ row }) => row.last_poll_at ?? '',
  warnings: ({ warnings }) => String(9 - warnings.length),
};

function sorted(rows: ShownRow[], sort: string): ShownRow[] {
  const isDescending = sort.startsWith('-');
  const keyOf = keys[sort.replace('-', '')] ?? keys.left!;
  const keyed = rows.map((shown) => ({ shown, key: keyOf(shown), id: shown.row.attempt_id }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.id - b.id));
  if (isDescending) keyed.reverse();
  return keyed.map(({ shown }) => shown);
}
