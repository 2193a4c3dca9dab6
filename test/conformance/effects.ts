/** The pairs of ids of the reference and the service. */
type Ids = { ours(kind: string, reference: unknown): unknown; isOurs(kind: string, id: unknown): boolean };

/** Something outside that follows from an exam: a call to the platform by the reference, a Kafka message or mail by the service. */
export type Effect = {
  topic: 'attempts' | 'credit' | 'grades' | 'certificates' | 'learner-state' | 'verified-names' | 'mail' | 'support';
  /** The id of the learner. */
  learner: number;
  /** The time of the clock in milliseconds. */
  at: number;
  attempt?: number;
  /** The rest of the effect. */
  says: Record<string, unknown>;
};

/**
 * Answers one line for each difference. Both sides must have the same effects for each learner, in the same order for each
 * attempt or, if an effect names no attempt, for each exam. From `divergedAt` on the sides may differ: a later effect counts
 * only if the other side has the same effect.
 */
export function compareEffects(reference: Effect[], ours: Effect[], ids: Ids, divergedAt: number): string[] {
  const expected = grouped(reference, (attempt) => ids.ours('attempt', attempt));
  const got = grouped(ours, (attempt) => (ids.isOurs('attempt', attempt) ? attempt : undefined));
  return [...new Set([...expected.keys(), ...got.keys()])].toSorted().flatMap((name) => {
    const both = [expected, got].map((lists) => lists.get(name) ?? []);
    const [wanted, found] = both.map((effects, side) => withoutSurplus(effects, both[1 - side], divergedAt));
    const texts = [wanted, found].map((effects) => effects.map(({ says }) => JSON.stringify(says)));
    if (texts[0].join() === texts[1].join()) return [];
    const isSame = texts[0].toSorted().join() === texts[1].toSorted().join();
    if (isSame && isUnordered(name)) return [];
    return [`${name}: reference ${show(wanted)}, service ${show(found)}${isSame ? ' (order)' : ''}`];
  });
}

/** The effects by the thing within which their order counts. Attempts that no answer has shown are one group. */
function grouped(effects: Effect[], attemptOf: (attempt: number) => unknown): Map<string, Effect[]> {
  const lists = new Map<string, Effect[]>();
  for (const effect of effects) {
    const { topic, learner, attempt, says } = effect;
    const place = attempt === undefined ? (says.content_id ?? '') : `attempt ${attemptOf(attempt) ?? unseen}`;
    const name = `${topic} of ${learner} ${place}`;
    lists.set(name, [...(lists.get(name) ?? []), effect]);
  }
  return lists;
}

function withoutSurplus(effects: Effect[], others: Effect[], parted: number): Effect[] {
  const textOf = ({ says }: Effect) => JSON.stringify(says);
  const kept: Effect[] = [];
  const timesIn = (all: Effect[], effect: Effect) => all.filter((each) => textOf(each) === textOf(effect)).length;
  for (const effect of effects)
    if (effect.at < parted || timesIn(kept, effect) < timesIn(others, effect)) kept.push(effect);
  return kept;
}

const unseen = 'unseen';
const isUnordered = (name: string) => name.endsWith(unseen) || /^(mail|support) /.test(name);

const show = (effects: Effect[]) =>
  `[${effects.map(({ at, says }) => `${new Date(at).toISOString().slice(11, 19)} ${JSON.stringify(says)}`).join(', ')}]`;
