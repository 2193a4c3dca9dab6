import type { Database } from '#connections';

/**
 * One look at the database's clock. `database` is what it showed, in milliseconds since 1970, when the monotonic clock of
 * this process showed `monotonic`. The decision time was `decision` then, and `rate` says how fast it goes.
 */
export type Sample = { database: number; monotonic: number; roundTrip: number; decision: number; rate: number };

const text = `
  select extract(epoch from at)::float8 * 1000 as database,
         extract(epoch from decision_time(at))::float8 * 1000 as decision,
         extract(epoch from decision_time(at + interval '1 second') - decision_time(at))::float8 as rate
    from clock_timestamp() as at`;

/** The database looks at its clock at some time within the round trip: its middle is wrong by half of it at most. */
export async function sampleOf(database: Database): Promise<Sample> {
  const sent = performance.now();
  const { rows } = await database.read({ name: 'clock', text });
  const roundTrip = performance.now() - sent;
  return { ...rows[0], monotonic: sent + roundTrip / 2, roundTrip };
}

/** The time of the database's clock at a time of the monotonic clock, carried forward from a sample. */
export const extrapolate = ({ database, monotonic }: Sample, at: number): number => database + at - monotonic;

/** How far the database's clock went ahead of the monotonic clock between two samples, for certain, in milliseconds. */
export function driftBetween(from: Sample, to: Sample): number {
  const difference = to.database - extrapolate(from, to.monotonic);
  const uncertain = (from.roundTrip + to.roundTrip) / 2;
  return Math.sign(difference) * Math.max(Math.abs(difference) - uncertain, 0);
}
