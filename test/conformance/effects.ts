/** Which of the reference's ids stand for which of the service's. */
type Ids = { ours(kind: string, oracle: unknown): unknown; isOurs(kind: string, id: unknown): boolean };

/** Something that others are told: the platform by the reference, Kafka's consumers and the mail by the service. */
export type Effect = {
  topic: 'attempts' | 'credit' | 'grades' | 'certificates' | 'learner-state' | 'verified-names' | 'mail' | 'support';
  /** Whom it concerns, by id. */
  learner: number;
  /** The clock's milliseconds. */
  at: number;
  attempt?: number;
  /** The rest of the effect. */
  says: Record<string, unknown>;
};

/**
 * How what the service told is not what the reference told, one line each: of every learner the same things, and in the
 * same order for each attempt or, where an effect names none, for each exam. `parted`: from then on the two may tell
 * different things; what is told later counts only where it makes up for what the other one told.
 */
export function compareEffects(oracle: Effect[], ours: Effect[], ids: Ids, parted: number): string[] {
  const expected = listed(oracle, (attempt) => ids.ours('attempt', attempt));
  const got = listed(ours, (attempt) => (ids.isOurs('attempt', attempt) ? attempt : undefined));
  return [...new Set([...expected.keys(), ...got.keys()])].toSorted().flatMap((name) => {
    const both = [expected, got].map((lists) => lists.get(name) ?? []);
    const [wanted, told] = both.map((effects, side) => withoutSurplus(effects, both[1 - side], parted));
    const texts = [wanted, told].map((effects) => effects.map(({ says }) => JSON.stringify(says)));
    if (texts[0].join() === texts[1].join()) return [];
    const isSame = texts[0].toSorted().join() === texts[1].toSorted().join();
    if (isSame && isUnordered(name)) return [];
    return [`${name}: reference ${show(wanted)}, service ${show(told)}${isSame ? ' (order)' : ''}`];
  });
}

/** By what has an order of its own. Attempts that no answer told of cannot be told apart. */
function listed(effects: Effect[], attemptOf: (attempt: number) => unknown): Map<string, Effect[]> {
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
