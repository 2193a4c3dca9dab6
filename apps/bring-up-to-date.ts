import { dropEarlier, isCopied, migrate } from '#configuration';
import { hourMs, openPool, withClient } from '#connections';
import { projections, rebuild } from '#read-models';

/** Migrates the database, and rebuilds the read models of one that was copied from an earlier version. */
export async function bringUpToDate(url: string, options: Parameters<typeof migrate>[1] = {}): Promise<void> {
  await migrate(url, options);
  const owner = openPool({ connectionString: url, max: 4 }, hourMs);
  try {
    if (!(await withClient(owner, isCopied))) return;
    options.say?.('The read models are rebuilt from the log.');
    await rebuild(owner, projections, { replaceDiffering: true });
    await withClient(owner, dropEarlier);
  } finally {
    await owner.end();
  }
}
