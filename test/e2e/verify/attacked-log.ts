import { generateKeyPairSync } from 'node:crypto';
import { type Head, headOf, type RecordedEvent, replay, start } from '../../../libs/event-store/src/index.js';
import { created, metadata, started, submitted } from '../../../libs/event-store/src/testing.js';
import {
  cosignerOf,
  type Finding,
  newestSignedCheckpoint,
  openNote,
  signatureLine,
  treeHeadOf,
  verifierOf,
  verifyLog,
} from '../../../libs/merkle-log/src/index.js';
import { merkleLogOf } from '../../../libs/merkle-log/src/testing.js';
import { openDatabase } from '../../support/database.js';

const tables = ['events', 'streams', 'merkle_tiles', 'merkle_state', 'signed_checkpoints'];

/** A signed log of a few hundred events, one checkpoint of it that a witness has cosigned, and an owner who can change everything. */
export async function openAttackedLog() {
  const database = await openDatabase();
  const { owner, pool } = database;
  const log = merkleLogOf(pool);
  const stop = log.build({ pollMs: 50 });
  await switchTriggersOff();
  await log.grown(1);
  await log.sign();
  await write();
  await stop();
  const note = await cosigned();
  const { text } = openNote(note.text, [verifierOf(note.vkey)]);
  const outside = treeHeadOf(text);
  const events = await eventsInLog();
  for (const table of tables) await owner.query(`create table kept_${table} as table ${table}`);

  async function switchTriggersOff() {
    const { rows } = await owner.query(
      `select tgrelid::regclass::text as name from pg_trigger where tgname = 'append_only'`,
    );
    for (const { name } of rows) await owner.query(`alter table ${name} disable trigger all`);
  }

  /** 30 learners act in turn. The tree is signed after each round. */
  async function write() {
    const heads = new Map<string, Head>();
    for (let round = 0; round < 4; round++) {
      for (let learner = 0; learner < 30; learner++) {
        const stream = `attempts-4-${learner}`;
        const facts = [round === 0 ? created : started, ...Array(learner % 4).fill(started), submitted];
        const one = { stream, after: heads.get(stream) ?? start, events: facts, metadata };
        heads.set(stream, headOf(await log.events.append([one])));
      }
      await log.grown(1 + (await eventsInLog()).length);
      await owner.query(`update signed_checkpoints set created_at = created_at - interval '1 minute'`);
      await log.sign();
    }
  }

  async function eventsInLog(): Promise<RecordedEvent[]> {
    const found: RecordedEvent[] = [];
    for await (const read of replay(pool, { upcasters: null })) found.push(...read);
    return found;
  }

  async function cosigned() {
    const { note } = (await newestSignedCheckpoint(pool))!;
    const witness = cosignerOf('witness.example.org', generateKeyPairSync('ed25519').privateKey, () => 1_900_000_000);
    const end = note.indexOf('\n\n') + 1;
    return { vkey: witness.vkey, text: note + signatureLine(note.slice(0, end), witness) };
  }

  return {
    owner,
    events,
    outside,
    async findings(since?: string): Promise<Finding[]> {
      const verified = await verifyLog(pool, { store: log.events, outside: [outside], ...(since && { since }) });
      return verified.flatMap(({ findings }) => findings);
    },
    verify: () => verifyLog(pool, { store: log.events, outside: [outside] }),
    /** Takes back what an attacker did. */
    async restore() {
      for (const table of tables)
        await owner.query(`
          delete from ${table} now where now::text not in (select kept::text from kept_${table} kept);
          insert into ${table} overriding system value
            select * from kept_${table} kept where kept::text not in (select now::text from ${table} now)`);
    },
    async close() {
      await log.close();
      await database.close();
    },
  };
}

export type AttackedLog = Awaited<ReturnType<typeof openAttackedLog>>;
