import { type Database, hourMs, withClient } from '#connections';
import type { Finding } from './finding.js';
import { treeNumberOf } from './known-roots.js';
import type { TreeHead } from './signed-checkpoint.js';
import { TreeVerification, type VerifiedTree, type VerifyOptions } from './tree-verification.js';

/**
 * Verifies the log against the signed checkpoints in the database, and against those that were kept `outside`. Reads each event
 * once for each tree, and needs the same memory for a log of any size. The newest tree comes first.
 */
export async function verifyLog(
  database: Database,
  { outside = [], ...options }: VerifyOptions & { outside?: readonly TreeHead[] },
): Promise<VerifiedTree[]> {
  const { rows } = await database.query<{ tree: number | null }>(
    `select max(tree) as tree from (select tree from signed_checkpoints union all select tree from merkle_state) t`,
  );
  const numbers = [rows[0]?.tree ?? 0, ...outside.map(({ origin }) => treeNumberOf(origin) ?? 0)];
  const trees = [...new Set(numbers)].filter((tree) => tree > 0).sort((one, other) => other - one);
  const verified: VerifiedTree[] = [];
  for (const tree of trees) {
    const given = outside
      .filter(({ origin }) => treeNumberOf(origin) === tree)
      .map(({ size, root }) => ({ name: `the given signed checkpoint of size ${size}`, size, root, isSigned: true }))
      .sort((one, other) => one.size - other.size);
    verified.push(await new TreeVerification(database, tree, given, tree === trees[0], options).run());
  }
  if (!options.since) verified[0]?.findings.push(...(await wrongHeads(database)));
  return verified;
}

/** The streams whose last event is not the one that table `streams` names. */
function wrongHeads(database: Database): Promise<Finding[]> {
  const find = async (client: Parameters<Parameters<typeof withClient>[1]>[0]) => {
    const { rows } = await client.query<{ stream: string; head: number | null; version: number | null }>(`
      select coalesce(s.id, e.stream) as stream, s.version::float as head, e.version::float as version from streams s
      full join (select distinct on (stream) stream, version, hash from events order by stream, version desc) e
        on e.stream = s.id
      where s.id is null or e.stream is null or e.version <> s.version or e.hash <> s.head_hash
      order by 1 limit 20`);
    return rows.map(({ stream, head, version }): Finding => {
      const said = head === null ? 'has no row' : `names version ${head} as the last one`;
      const problem = `Table streams ${said} of ${stream}; the last event in the log is ${version ?? 'missing'}, or has another hash.`;
      return { problem, stream, version: Math.max(head ?? 0, version ?? 0) };
    });
  };
  return withClient(database, find, { limitMs: hourMs });
}
