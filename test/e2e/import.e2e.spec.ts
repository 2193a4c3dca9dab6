import { Importer, moveSequences, OldTables, openOldDatabase, Reconciliation, withImportTarget } from '#import';
import { projections, rebuild } from '#read-models';
import { openWalkedReference } from '../support/old-databases.js';
import { openService } from '../support/service.js';

const seed = process.env.IMPORT_SEED ?? String(Date.now() % 1_000_000);

let old: Awaited<ReturnType<typeof openWalkedReference>>;
let service: Awaited<ReturnType<typeof openService>>;

beforeAll(async () => {
  old = await openWalkedReference(Number(process.env.IMPORT_REQUESTS ?? 300), seed);
  service = await openService();
}, 300_000);
afterAll(async () => {
  await service?.close();
  await old?.close();
});

async function importFrom(url: string) {
  const { owner } = service.database;
  const database = await openOldDatabase(url);
  try {
    const tables = new OldTables(database);
    return await withImportTarget(owner, async () => {
      const importer = new Importer(tables, owner);
      const events = (await importer.importExams()) + (await importer.importLearners());
      await moveSequences(tables, owner);
      await rebuild(owner, projections, { replaceDiffering: true });
      return events;
    });
  } finally {
    await database.close();
  }
}

async function differencesFrom(url: string) {
  const database = await openOldDatabase(url);
  const differences: object[] = [];
  const rows = await new Reconciliation(new OldTables(database), service.database.owner).compare((difference) =>
    differences.push(difference),
  );
  await database.close();
  return { rows, differences };
}

it(`every row of a walked reference is answered as it was (IMPORT_SEED=${seed})`, async () => {
  const events = await importFrom(old.url);
  expect(events).toBeGreaterThan(100);
  const { rows, differences } = await differencesFrom(old.url);
  expect(differences).toEqual([]);
  expect(rows).toBeGreaterThan(30);
});
