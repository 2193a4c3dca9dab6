import type { Clock } from '#clock';
import { type Configuration, logSigningKeysOf } from '#configuration';
import type { Database } from '#connections';
import type { EventStore } from '#event-store';
import { keepCheckpoint } from './checkpoint-file.js';
import { changeLogKeys, readLogKeys } from './log-keys.js';
import { extensionsOf, originOf, signCheckpoint, type TreeHead } from './signed-checkpoint.js';
import { privateKeyOf, publicBytesOf, type Signer, signerOf } from './signed-note.js';

/** A tree that grew is signed after this time, or sooner after this many events. */
const everySeconds = 10;
const everyEvents = 1000;

export type Dependencies = { database: Database; configuration: Configuration; events: EventStore; clock: Clock };
type Unsigned = { tree: number; logId: string; generation: number; size: number; root: Buffer };

/** The name of the log in its signed checkpoints, before the number of the tree. */
export const logNameOf = ({ logOrigin }: Configuration, logId: string): string => logOrigin ?? `proctoring/${logId}`;

/** Signs the head of the newest tree when it is due. Any process may do so at any time: all sign what the database has. */
export async function signWhenDue(deps: Dependencies): Promise<void> {
  const { database, configuration } = deps;
  const due = await dueTree(database);
  if (!due) return;
  const { tree, logId, generation, size, root } = due;
  const origin = originOf(logNameOf(configuration, logId), tree);
  const head: TreeHead = { origin, size, root, extensions: extensionsOf(logId, generation) };
  const note = signCheckpoint(head, await signersOf(origin, deps));
  keepCheckpoint(configuration, note);
  const text = 'insert into signed_checkpoints (tree, size, note) values ($1, $2, $3)';
  await database.query(text, [tree, size, note]);
}

async function dueTree(database: Database): Promise<Unsigned | undefined> {
  const { rows } = await database.query<Unsigned>(
    `select s.tree, s.log_id as "logId", s.log_generation as generation, s.size::float, s.root
     from (select * from merkle_state order by tree desc limit 1) s
     left join lateral (
       select size, min(created_at) as created_at from signed_checkpoints c
        where c.tree = s.tree group by size order by size desc limit 1) signed on true
     where signed is null or s.size > signed.size
       and (s.size >= signed.size + $1 or signed.created_at <= clock_timestamp() - make_interval(secs => $2))`,
    [everyEvents, everySeconds],
  );
  return rows[0];
}

/** The keys of the file that may sign. The first time that a key signs, the log introduces it. */
export async function signersOf(origin: string, { configuration, events, clock }: Dependencies): Promise<Signer[]> {
  const keys = logSigningKeysOf(configuration).map(privateKeyOf);
  const publicKeyOf = (key: (typeof keys)[number]) => publicBytesOf(key).toString('base64');
  const known = await readLogKeys(events);
  for (const key of keys) {
    const publicKey = publicKeyOf(key);
    if (known.some((each) => each.publicKey === publicKey)) continue;
    const command = { type: 'IntroduceLogKey', data: { publicKey, at: clock.now() } } as const;
    await changeLogKeys(events, command, { actor: { kind: 'clock' } });
  }
  const mayNotSign = known.filter(({ signs }) => !signs).map(({ publicKey }) => publicKey);
  const signing = keys.filter((key) => !mayNotSign.includes(publicKeyOf(key)));
  if (signing.length === 0)
    throw new Error('The Merkle tree is not signed: each key of LOG_SIGNING_KEY_FILE is retired or revoked.');
  return signing.map((key) => signerOf(origin, key));
}
