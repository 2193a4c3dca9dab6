import { openDatabase } from '../../../test/database.js';

describe('the log', () => {
  let db: Awaited<ReturnType<typeof openDatabase>>;
  beforeAll(async () => {
    db = await openDatabase();
  });
  afterAll(() => db.close());

  it('opens', async () => {
    expect((await db.pool.query('select current_user as who')).rows).toEqual([{ who: 'proctoring_app' }]);
    console.log((await db.owner.query('select oldest_transaction_age()')).rows);
  });
});
