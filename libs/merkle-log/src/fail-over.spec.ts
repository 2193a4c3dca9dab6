import { Logger } from '@nestjs/common';
import { stopPostgres } from '#configuration';
import { openDatabase } from '../../../test/support/database.js';
import {
  caughtUp,
  promote,
  type Server,
  standbyOf,
  startServer,
  stopReplication,
} from '../../../test/support/servers.js';
import { Wire } from '../../../test/support/wire.js';
import { started, until } from '../../event-store/src/testing.js';
import { firstLeafOf, newestSignedCheckpoint, proofsOf, rootOf, tileReader, unverifiedTreeHead } from './index.js';
import { merkleLogOf } from './testing.js';

Logger.overrideLogger(false);

const usual = process.env.TEST_DATABASE_URL!;
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  process.env.TEST_DATABASE_URL = usual;
  for (const close of closing.splice(0).reverse()) await close();
});

/** A log whose server is replaced by a standby that lacks the end of the log, or has all of it. */
async function failedOver({ losesEnd, environment }: { losesEnd: boolean; environment?: Record<string, string> }) {
  const servers: Server[] = [];
  closing.push(() => Promise.all(servers.map((server) => server.stop())));
  const primary = await startServer();
  servers.push(primary);
  const address = new Wire(new URL(primary.url));
  closing.push(async () => address.close());
  process.env.TEST_DATABASE_URL = await address.open();
  const { pool, owner } = await openDatabase();
  closing.push(() => Promise.all([pool.end(), owner.end()]));
  const log = merkleLogOf(pool, environment);
  closing.push(log.close);

  const [aliceStarts] = await log.sit('alice');
  log.build();
  await log.grown(4);
  await log.sign();
  await log.grown(5); // the event that introduces the key
  const standby = await standbyOf(primary);
  servers.push(standby);
  await caughtUp(primary, standby);
  if (losesEnd) await stopReplication(standby);
  await log.sit('bob', Array(1000).fill(started));
  await log.grown(1005);
  await log.sign();
  const lastNote = (await newestSignedCheckpoint(pool))!.note;
  if (!losesEnd) await caughtUp(primary, standby);

  await stopPostgres(primary.dataDir);
  await promote(standby);
  address.leadTo(standby);
  await log.grown(losesEnd ? 6 : 1006); // GenerationBegan is one of the events
  return { log, pool, lastNote, aliceStarts: aliceStarts! };
}

const firstLeaf = async (pool: { query(text: string): Promise<{ rows: any[] }> }) =>
  (await pool.query('select log_id, tree, first_leaf from merkle_state order by tree desc limit 1')).rows[0];

it('after a fail-over that lost a tail, a new tree names the signed size and root, and what is common', async () => {
  const { log, pool, lastNote, aliceStarts } = await failedOver({ losesEnd: true });
  const signed = unverifiedTreeHead(lastNote);
  expect(signed.size).toBe(1005);
  const { log_id, tree, first_leaf } = await firstLeaf(pool);
  expect(tree).toBe(2);
  const former = { formerTree: 1, formerSize: 1005, formerRoot: signed.root.toString('base64'), commonSize: 5 };
  expect(first_leaf).toBe(firstLeafOf(log_id, 2, former));

  await log.sign();
  const newest = (await newestSignedCheckpoint(pool))!;
  expect(newest.head).toMatchObject({
    origin: `proctoring/${log_id}/2`,
    size: 6,
    extensions: [`log-id ${log_id}`, 'generation 2'],
  });
  expect(await rootOf(6, tileReader(pool, 2))).toEqual(newest.head.root);
  // Alice's event keeps its index, and has a proof in the new tree.
  expect((await proofsOf(pool, [aliceStarts]))[0]).toMatchObject({ tree: 2, index: 1 });
});

it('after a fail-over that lost nothing, a new tree has all of the former one', async () => {
  const { pool, lastNote } = await failedOver({ losesEnd: false });
  const signed = unverifiedTreeHead(lastNote);
  const { log_id, first_leaf } = await firstLeaf(pool);
  const former = { formerTree: 1, formerSize: 1005, formerRoot: signed.root.toString('base64'), commonSize: 1005 };
  expect(first_leaf).toBe(firstLeafOf(log_id, 2, former));
  expect(await rootOf(1005, tileReader(pool, 1))).toEqual(signed.root);
});

it('a database that was set back in its generation begins a new tree, because the file of signed checkpoints has more', async () => {
  const { pool, owner, close } = await openDatabase();
  closing.push(close);
  const log = merkleLogOf(pool);
  closing.push(log.close);
  await log.sit('alice');
  const stop = log.build();
  await log.grown(4);
  await log.sign();
  await log.grown(5); // the event that introduces the key
  await stop();
  const { rows } = await owner.query('select * from merkle_state');
  await log.sit('bob', Array(1000).fill(started));
  const stopAgain = log.build();
  await log.grown(1005);
  await log.sign();
  await stopAgain();
  // A restored snapshot of the disk does the same.
  await owner.query(`set session_replication_role = replica`);
  const { size, root, unfinished, generation, xid, position } = rows[0];
  await owner.query(
    'update merkle_state set size = $1, root = $2, unfinished = $3, generation = $4, xid = $5, position = $6',
    [size, root, unfinished, generation, xid, position],
  );
  await owner.query('alter table merkle_tiles disable trigger append_only');
  await owner.query('truncate merkle_tiles');
  log.build();
  await until('a new tree has begun', async () => (await firstLeaf(pool)).tree === 2);
  expect(JSON.parse((await firstLeaf(pool)).first_leaf).begins).toMatchObject({ formerSize: 1005, commonSize: 5 });
});
