export const connections = 16;

/**
 * Measures each contender once per round. Each round begins with another contender, so that a change of the machine's speed
 * affects all. The first round warms up and does not count.
 */
export async function inTurn<Name extends string, Sample>(
  rounds: number,
  contenders: Record<Name, (round: number) => Promise<Sample>>,
): Promise<Record<Name, Sample[]>> {
  const names = Object.keys(contenders) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Sample[]>;
  for (let round = 0; round <= rounds; round++)
    for (const index of names.keys()) {
      const name = names[(index + round) % names.length];
      const sample = await contenders[name](round);
      if (round > 0) samples[name].push(sample);
    }
  return samples;
}

/** Repeats `work` for some seconds on all connections at once. Answers the number of repetitions and the exact time. */
export async function repeat(seconds: number, work: (connection: number) => Promise<void>) {
  const begin = performance.now();
  let times = 0;
  await Promise.all(
    Array.from({ length: connections }, async (_, connection) => {
      for (; performance.now() - begin < seconds * 1000; times++) await work(connection);
    }),
  );
  return { times, seconds: (performance.now() - begin) / 1000 };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The ratio of each round, because both values of a round met the same machine. */
export const ratios = (these: readonly number[], those: readonly number[]): number[] =>
  these.map((value, round) => value / those[round]);

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
