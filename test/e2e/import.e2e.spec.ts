import { existsSync } from 'node:fs';
import pg from 'pg';
import { importAll, OldTables, openOldDatabase, Reconciliation, tables } from '#import';
import { notificationOf } from '../../libs/delivery/src/notifications.js';
import { EventStore, type RecordedEvent, replay } from '../../libs/event-store/src/index.js';
import { messagesOf } from '../../libs/integration/src/messages.js';
import { emptyState, foldChanges } from '../../libs/integration/src/topic.js';
import { templateOf } from '../../libs/mail/src/mails.js';
import { providerOf } from '../../libs/providers/src/index.js';
import { script } from '../conformance/reference.js';
import type { Request } from '../conformance/server.js';
import { copyToMysql, hasMariadb, startMariadb } from '../support/mariadb.js';
import { openWalkedReference } from '../support/old-databases.js';
import { openService, people, root } from '../support/service.js';

const seed = process.env.IMPORT_SEED ?? String(Date.now() % 1_000_000);
const requests = Number(process.env.IMPORT_REQUESTS ?? 250);

let old: Awaited<ReturnType<typeof openWalkedReference>>;
let service: Awaited<ReturnType<typeof openService>>;

/** `stopsAfter`: the old database fails when it is asked for that page of learners. */
async function importFrom(url: string, { learnersAtOnce = 4, stopsAfter = Number.POSITIVE_INFINITY } = {}) {
  const database = await openOldDatabase(url);
  const old = new OldTables(database);
  let page = 0;
  const nextLast = old.nextLast.bind(old);
  old.nextLast = (columns, ...more) => {
    if (columns.length > 1 && page++ === stopsAfter) throw new Error('The old database went away.');
    return nextLast(columns, ...more);
  };
  try {
    return (await importAll(old, service.database.owner, { learnersAtOnce })).events;
  } finally {
    await database.close();
  }
}

async function compareWith(url: string) {
  const database = await openOldDatabase(url);
  const differences: object[] = [];
  const reconciliation = new Reconciliation(new OldTables(database), service.database.owner);
  const rows = await reconciliation.compare((difference) => differences.push(difference));
  await database.close();
  return { rows, differences };
}

async function eventsOfLog(): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const batch of replay(service.database.owner)) events.push(...batch);
  return events;
}

/** The reference does not order allowances, nor attempts of one instant. */
function byId(body: any): unknown {
  const sorted = (list: any[]) => [...list].sort((one, other) => one.id - other.id);
  if (Array.isArray(body)) return sorted(body);
  return { ...body, proctored_exam_attempts: sorted(body.proctored_exam_attempts) };
}

async function inOldDatabase(statement: string) {
  const client = new pg.Client(old.url);
  await client.connect();
  return client.query(statement).finally(() => client.end());
}

// The reference fills the old database. Without it these tests are skipped, and so is `npm run conformance`.
(existsSync(script) ? describe : describe.skip)('an edx-proctoring database', () => {
  beforeAll(async () => {
    old = await openWalkedReference(requests, seed);
  }, 300_000);
  beforeEach(async () => {
    service = await openService();
  });
  afterEach(() => service?.close());
  afterAll(() => old?.close());

  it(`every row of a walked database is answered as it was (IMPORT_SEED=${seed})`, async () => {
    expect(await importFrom(old.url)).toBeGreaterThan(20);
    const { rows, differences } = await compareWith(old.url);
    expect(differences).toEqual([]);
    expect(rows).toBeGreaterThan(10);
  }, 60_000);

  it(`the lists of each course are the same over HTTP (IMPORT_SEED=${seed})`, async () => {
    await importFrom(old.url);
    const { rows } = await inOldDatabase('select distinct course_id from proctoring_proctoredexam order by course_id');
    const staff: Request['as'] = {
      id: 1,
      username: 'importer',
      email: 'i@example.org',
      full_name: 'I',
      is_staff: true,
    };
    await old.reference.seed({ users: [staff] });
    const listed: unknown[] = [];
    for (const { course_id } of rows)
      for (const path of [
        `exam/course_id/${course_id}`,
        `attempt/grouped/course_id/${course_id}`,
        `${course_id}/allowance`,
      ]) {
        const theirs = await old.reference.ask({ as: staff, method: 'GET', path: `${root}/${path}` });
        const ours = await service.request(people.staff, 'GET', `${root}/${path}`);
        expect([path, ours.status]).toEqual([path, theirs.status]);
        expect([path, byId(ours.body)]).toEqual([path, byId(theirs.body)]);
        listed.push(theirs.body);
      }
    expect(JSON.stringify(listed)).toContain('attempt_code');
  }, 60_000);

  describe('an import', () => {
    it('that is repeated appends nothing', async () => {
      await importFrom(old.url);
      expect(await importFrom(old.url)).toBe(0);
    }, 60_000);

    it('that was interrupted goes on where it ended', async () => {
      await expect(importFrom(old.url, { stopsAfter: 2 })).rejects.toThrow('went away');
      const before = (await eventsOfLog()).length;
      expect((await service.query('select last_user_id from import_progress')).length).toBe(1);
      const after = await importFrom(old.url);
      expect((await eventsOfLog()).length).toBe(before + after);
      expect(await service.query('select last_user_id from import_progress')).toEqual([]);
      expect((await compareWith(old.url)).differences).toEqual([]);
    }, 60_000);

    it('later appends what has changed since', async () => {
      await importFrom(old.url);
      await old.more(60, `${seed} later`, 50);
      await inOldDatabase(
        `update proctoring_proctoredexamstudentattempt set external_id = 'given later', modified = modified + '1 second'
        where id = (select min(id) from proctoring_proctoredexamstudentattempt)`,
      );
      expect(await importFrom(old.url)).toBeGreaterThan(0);
      expect((await compareWith(old.url)).differences).toEqual([]);
    }, 120_000);

    it('leaves hash chains that verify, and causes no mail, notification or message', async () => {
      await importFrom(old.url);
      const store = new EventStore(service.database.pool);
      const events = await eventsOfLog();
      const provider = providerOf(service.configuration.settings, 'test');
      for (const event of events) {
        expect(event.metadata.origin).toBe('import');
        expect(templateOf(event)).toBeUndefined();
        expect(notificationOf(event, provider, {} as never)).toBeUndefined();
      }
      for (const stream of new Set(events.map((event) => event.stream))) {
        expect(await store.verify(stream)).toBeUndefined();
        expect(foldChanges(emptyState, await store.read(stream)).changes.flatMap(messagesOf)).toEqual([]);
      }
    }, 60_000);

    it('keeps texts about learners encrypted', async () => {
      await importFrom(old.url);
      const { rows } = await inOldDatabase(`select raw_data from proctoring_proctoredexamsoftwaresecurereview`);
      const log = JSON.stringify(await eventsOfLog());
      for (const { raw_data } of rows) expect(log).not.toContain(raw_data);
    }, 60_000);

    it('is refused by a log with exams of its own', async () => {
      await service.publish({ Midterm: {} });
      await expect(importFrom(old.url)).rejects.toThrow('without exams of its own');
    });

    it('leaves ids beyond the old ones for new exams', async () => {
      await importFrom(old.url);
      const { rows } = await inOldDatabase('select max(id) as highest from proctoring_proctoredexam');
      const { Midterm } = await service.publish({ Midterm: {} });
      expect(Midterm).toBeGreaterThan(Number(rows[0].highest));
    }, 60_000);
  });

  it.each([
    ['attempts', 'status', `status = 'eligible'`],
    ['exams', 'exam_name', `exam_name = 'Another name'`],
    ['allowances', 'row', undefined],
  ])(
    'the comparison lists a row of %s that differs',
    async (table, field, change) => {
      await importFrom(old.url);
      const [{ id } = { id: undefined }] = await service.query(`select min(id)::float as id from ${table}`);
      if (id === null) return;
      await service.query(
        change ? `update ${table} set ${change} where id = ${id}` : `delete from ${table} where id = ${id}`,
      );
      expect((await compareWith(old.url)).differences).toContainEqual(expect.objectContaining({ id, field }));
    },
    60_000,
  );

  it('the comparison leaves out the key of an allowance, which may be about a learner', async () => {
    await importFrom(old.url);
    const [changed] = await service.query(
      `update allowances set key = 'another' where id = (select min(id) from allowances) returning id::float`,
    );
    if (!changed) return;
    expect((await compareWith(old.url)).differences).toContainEqual({
      kind: 'allowance',
      id: changed.id,
      field: 'key',
    });
  }, 60_000);

  (hasMariadb ? describe : describe.skip)('from MariaDB', () => {
    let mariadb: Awaited<ReturnType<typeof startMariadb>>;
    beforeAll(async () => {
      mariadb = await startMariadb();
    });
    afterAll(() => mariadb?.close());

    it(`every row is answered as it was (IMPORT_SEED=${seed})`, async () => {
      await copyToMysql(old.url, mariadb.url, Object.values(tables));
      await importFrom(mariadb.url);
      const { rows, differences } = await compareWith(mariadb.url);
      expect(differences).toEqual([]);
      const fromPostgres = await compareWith(old.url);
      expect(fromPostgres).toEqual({ rows, differences: [] });
    }, 120_000);

    it('rows without histories are answered as they were', async () => {
      const { attemptHistory, examHistory, allowanceHistory, reviewHistory, policyHistory, ...live } = tables;
      for (const table of [attemptHistory, examHistory, allowanceHistory, reviewHistory, policyHistory])
        await mariadb.query(`drop table if exists ${table}`);
      await copyToMysql(old.url, mariadb.url, Object.values(live));
      await importFrom(mariadb.url);
      expect((await compareWith(mariadb.url)).differences).toEqual([]);
    }, 120_000);
  });
});
