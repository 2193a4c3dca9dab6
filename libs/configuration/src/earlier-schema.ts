import type pg from 'pg';

/** The tables, sequences and functions of versions before the migrations were frozen. */
const tables = [
  ...['log_generations', 'streams', 'events', 'commands', 'checkpoints', 'dead_letters', 'users', 'courses'],
  ...['enrollments', 'course_staff', 'credit_requirements', 'credit_statuses', 'verified_names', 'dates', 'schedules'],
  ...['learner_keys', 'quarantined_callbacks', 'unclaimed_registrations', 'vendor_deliveries', 'vendor_circuits'],
  ...['vendor_retirements', 'mails', 'deliveries', 'idempotency_keys'],
];
const derivedTables = [
  ...['migrations', 'exams', 'attempts', 'allowances', 'attempt_groups', 'attempt_learners', 'leases'],
  ...['list_sums', 'list_changes', 'list_counts'],
];
const sequences = ['events_position', 'exam_ids', 'attempt_ids', 'allowance_ids', 'review_policy_ids'];
const identities = { quarantined_callbacks: 'id', credit_requirements: 'made', verified_names: 'sent' };
const functions = [
  ...['append_event', 'append_events', 'attempt_changed', 'begin_generation', 'count_attempt_group', 'next_id'],
  ...['count_attempt_groups', 'count_enrollment', 'create_event_partitions', 'current_generation', 'decision_time'],
  ...['dead_letter_waiting', 'enrolled', 'exam_changed', 'highest_id', 'holds_lease', 'is_called', 'iso_time'],
  ...['keep_all_onboarding', 'keep_onboarding', 'list_part_of', 'log_server', 'log_state', 'make_append_only'],
  ...['name_enrollment', 'name_in_lists', 'names_of', 'oldest_transaction_age', 'open_transactions', 'place_of'],
  ...['refuse_append', 'refuse_change', 'remove_dead_letter', 'rename_enrollments', 'sum_list_counts', 'sums_of_list'],
  'application_role',
];

/**
 * Moves the tables of such a version into the schema "earlier". Migrations of those versions were edited in place, so their
 * names do not say what the tables are like. Nothing else in the database is touched.
 */
export async function setAsideEarlier(owner: pg.ClientBase): Promise<void> {
  const { rows } = await owner.query(`select to_regclass('public.migrations') as found`);
  if (rows[0].found === null) return;
  const first = await owner.query(`select from migrations where name = 'EventStore0000000001000'`);
  if (first.rowCount === 0) return;
  await owner.query('begin; create schema earlier');
  const own = await owner.query(
    `select format('drop function %s cascade', oid::regprocedure) as text from pg_proc
      where pronamespace = 'public'::regnamespace and proname = any($1)
     union all
     select format('alter table %s set schema earlier', oid::regclass) from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and (relname = any($2) or relname ~ '^events_\\d+$')
     union all
     select format('alter sequence %s set schema earlier', oid::regclass) from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'S' and relname = any($3)`,
    [functions, [...tables, ...derivedTables], sequences],
  );
  for (const { text } of own.rows) await owner.query(text);
  await owner.query('commit');
}

/** Copies the tables that cannot be rebuilt from the log out of the schema "earlier", in one transaction. Read models stay empty. */
export async function copyEarlier(owner: pg.ClientBase): Promise<void> {
  if (!(await hasSchema(owner, 'earlier'))) return;
  await owner.query('begin');
  for (const name of sequences)
    await owner.query(`select setval('public.${name}', last_value, is_called) from earlier.${name}`);
  await createPartitions(owner);
  if (!(await hasTable(owner, 'log_generations'))) await owner.query(`select begin_generation('new')`);
  for (const table of tables) if (await hasTable(owner, table)) await copyTable(owner, table);
  // A log whose transaction ids are ahead of the server's was copied to it: it must be adopted.
  await owner.query(
    `update log_generations set system_identifier = 'unknown'
      where exists (select from events where transaction_id >= pg_snapshot_xmax(pg_current_snapshot()))`,
  );
  for (const [table, column] of Object.entries(identities))
    await owner.query(
      `select setval(pg_get_serial_sequence('${table}', '${column}'), max(${column})) from ${table} having count(*) > 0`,
    );
  await owner.query('alter schema earlier rename to earlier_copied; commit');
}

/** Whether read models must be rebuilt before the service may work. */
export const isCopied = (owner: pg.ClientBase) => hasSchema(owner, 'earlier_copied');

/** Drops the earlier tables: they hold personal data that a retirement would not erase. */
export const dropEarlier = (owner: pg.ClientBase) => owner.query('drop schema earlier_copied cascade');

async function createPartitions(owner: pg.ClientBase) {
  const { rows } = await owner.query(
    `select substr(relname, 8)::bigint as number from pg_class
      where relnamespace = 'earlier'::regnamespace and relkind = 'r' and relname ~ '^events_\\d+$'`,
  );
  const last = (await owner.query('select last_value, is_called from events_position')).rows[0];
  for (const { number } of rows) {
    await owner.query(`select setval('events_position', greatest(1, $1 * 10000000))`, [number]);
    await owner.query('select create_event_partitions(0)');
  }
  await owner.query(`select setval('events_position', $1, $2)`, [last.last_value, last.is_called]);
  await owner.query('select create_event_partitions()');
}

async function copyTable(owner: pg.ClientBase, table: string) {
  const columns = `select quote_ident(attname) from pg_attribute
    where attnum > 0 and not attisdropped and attgenerated = '' and attrelid = `;
  const { rows } = await owner.query(
    `select string_agg(name, ', ') as names
       from (${columns} 'public.${table}'::regclass intersect ${columns} 'earlier.${table}'::regclass) as common(name)`,
  );
  const { names } = rows[0];
  await owner.query(
    `insert into public.${table} (${names}) overriding system value select ${names} from earlier.${table}`,
  );
}

const hasSchema = async (owner: pg.ClientBase, name: string): Promise<boolean> =>
  (await owner.query('select to_regnamespace($1) is not null as found', [name])).rows[0].found;

const hasTable = async (owner: pg.ClientBase, table: string): Promise<boolean> =>
  (await owner.query('select to_regclass($1) is not null as found', [`earlier.${table}`])).rows[0].found;
