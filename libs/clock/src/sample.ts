import type { Database } from '#connections';

/**
 * One reading of the database's clock. `database` is its time in milliseconds since 1970 at the time `monotonic` of this
 * process's monotonic clock. `decision` is the decision time at that moment, and `rate` its speed.
 */
export type Sample = { database: number; monotonic: number; roundTrip: number; decision: number; rate: number };

const text = `
  select extract(epoch from at)::float8 * 1000 as database,
         extract(epoch from decision_time(at))::float8 * 1000 as decision,
         extract(epoch from decision_time(at + interval '1 second') - decision_time(at))::float8 as rate
    from clock_timestamp() as at`;

/** The database reads its clock at some moment of the round trip. Its middle is wrong by at most half of the round trip. */
export async function sampleOf(database: Database): Promise<Sample> {
  const sent = performance.now();
  const { rows } = await database.read({ name: 'clock', text });
  const roundTrip = performance.now() - sent;
  return { ...rows[0], monotonic: sent + roundTrip / 2, roundTrip };
}

/** The database's time at a time of the monotonic clock, extrapolated from a sample. */
export const extrapolate = ({ database, monotonic }: Sample, at: number): number => database + at - monotonic;

/** The least drift of the database's clock from the monotonic clock between two samples, in milliseconds. */
export function driftBetween(from: Sample, to: Sample): number {
  const difference = to.database - extrapolate(from, to.monotonic);
  const uncertain = (from.roundTrip + to.roundTrip) / 2;
  return Math.sign(difference) * Math.max(Math.abs(difference) - uncertain, 0);
}
