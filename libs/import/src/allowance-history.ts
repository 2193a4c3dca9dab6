import { type AllowanceEvent, isMinutesKey } from '#domain';
import { actorOf, type ImportedEvent, versionsOf } from './imported-event.js';
import type { OldAllowance } from './old-rows.js';

/** An allowance's former rows in the old database, and its row there unless it was withdrawn. */
export type OldAllowanceRows = { former: readonly OldAllowance[]; row: OldAllowance | undefined };

/** A value of an allowance as the log keeps it: a key that may be personal is a pseudonym. */
export type KeptAllowance = { key: string; value: string } | { key: string; sealed: string };

/** Encrypts what may be personal. */
export type Keep = (allowance: OldAllowance) => KeptAllowance;

/** These keys are plain in the log, as the service keeps them. */
const plainKeys = ['time_multiplier', 'review_policy_exception'];

export const isPlainKey = (key: string) => isMinutesKey(key) || plainKeys.includes(key);

type Granted = Extract<AllowanceEvent, { type: 'AllowanceGranted' | 'AllowanceChanged' }>;

/** The events after `known`, the allowance's events that the log has. */
export function allowanceEvents(
  { former, row }: OldAllowanceRows,
  known: readonly AllowanceEvent[],
  keep: Keep,
): ImportedEvent<AllowanceEvent>[] {
  const isSame = (one: OldAllowance, other: OldAllowance) => one.value === other.value;
  const { versions, removedAt } = versionsOf(former, row, isSame);
  const all = versions.map(({ row: version, since }, index): AllowanceEvent => {
    const { allowanceId, examId, userId } = version;
    const type = index === 0 ? 'AllowanceGranted' : 'AllowanceChanged';
    return { type, data: { allowanceId, examId, userId, ...keep(version), at: since } };
  });
  const events = all.slice(known.length);
  // The log may have more events than versions: one for each import that found the same value saved again.
  if (removedAt && known.at(-1)?.type !== 'AllowanceWithdrawn') {
    const { allowanceId, key } = all.at(-1)!.data;
    events.push({ type: 'AllowanceWithdrawn', data: { allowanceId, key, at: removedAt } });
  }
  if (row) completeTimes(row, [...known, ...events], events, keep);
  return events.map((event) => ({ event, actor: actorOf(null) }));
}

/** Puts the row's times into the last event, if the events alone do not lead to them. */
function completeTimes(row: OldAllowance, all: readonly AllowanceEvent[], events: AllowanceEvent[], keep: Keep): void {
  const granted = all as readonly Granted[];
  const times = granted.reduce(
    (before, { data }) => ({ created: before.created || data.at, modified: data.at, ...data.imported }),
    { created: '', modified: '' },
  );
  const { created, modified, allowanceId, examId, userId } = row;
  if (times.created === created && times.modified === modified) return;
  const last = events.pop() as Granted | undefined;
  const again = { allowanceId, examId, userId, ...keep(row), at: modified };
  events.push({
    type: last?.type ?? 'AllowanceChanged',
    data: { ...(last?.data ?? again), imported: { created, modified } },
  });
}
