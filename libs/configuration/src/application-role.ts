import { createHash } from 'node:crypto';
import type pg from 'pg';
import { functionsAndRights } from '../../../migrations/index.js';

/**
 * Makes what a migration needs and only some users may make: the role that the service acts as, membership in it, and the
 * extension pg_trgm. The role is the database's own, so that two deployments on one server cannot read each other.
 * Answers the role. Throws one error with the statements that a superuser can help with.
 */
export async function prepareDatabase(owner: pg.ClientBase): Promise<string> {
  const { rows } = await owner.query(`
    select 'proctoring_app_' || oid as role, quote_ident(current_user) as me, datname as database from pg_database
     where datname = current_database()`);
  const { role, me, database } = rows[0];
  const missing: string[] = [];
  const ensure = async (isThere: string, statement: string) => {
    const check = async () => (await owner.query(`select ${isThere} as "isThere"`)).rows[0].isThere;
    if (await check()) return;
    // A grant without the right to it may also be no more than a warning.
    await owner.query(statement).catch((error) => {
      if (error.code !== '42501') throw error;
    });
    if (!(await check())) missing.push(`${statement};`);
  };
  // From version 16 on, a user that made a role is its administrator and may still not act as it.
  const membership = "case when current_setting('server_version_num')::int < 160000 then 'MEMBER' else 'SET' end";
  const isMember = `(select pg_has_role(oid, ${membership}) from pg_roles where rolname = '${role}')`;

  await ensure(`exists (select from pg_roles where rolname = '${role}')`, `create role ${role} nologin`);
  if (missing.length > 0) missing.push(`grant ${role} to ${me};`);
  else await ensure(isMember, `grant ${role} to ${me}`);
  await ensure(`has_schema_privilege('public', 'create')`, `grant create on schema public to ${me}`);
  await ensure(`exists (select from pg_extension where extname = 'pg_trgm')`, 'create extension pg_trgm');
  if (missing.length > 0)
    throw new Error(
      `the user ${me} lacks rights that the role ${role} needs; a superuser of the database ${database} helps with: ${missing.join(' ')}`,
    );
  return role;
}

/** Functions and rights as they are in this version, when any of them differs; also in a database that was copied. */
export async function refreshFunctions(owner: pg.ClientBase, role: string): Promise<void> {
  const text = functionsAndRights(role);
  const digest = createHash('sha256').update(text).digest('hex');
  const known = await owner.query(`select obj_description(to_regprocedure('application_role()'), 'pg_proc') as digest`);
  if (known.rows[0].digest === digest) return;
  await owner.query('begin');
  await owner.query(text);
  await revokeFromOthers(owner, role);
  await owner.query(
    `create or replace function application_role() returns text language sql immutable return '${role}';
     comment on function application_role() is '${digest}'`,
  );
  await owner.query('select create_event_partitions()');
  await owner.query('commit');
}

/** A copied database comes with the rights of the original's role. */
async function revokeFromOthers(owner: pg.ClientBase, role: string) {
  const { rows } = await owner.query(
    `with objects as (
       select case relkind when 'S' then 'sequence' else 'table' end as kind, oid::regclass::text as name, relacl as acl from pg_class
       union all select 'function', oid::regprocedure::text, proacl from pg_proc
       union all select 'schema', quote_ident(nspname), nspacl from pg_namespace)
     select distinct format('revoke all on %s %s from %I', kind, name, rolname) as text
       from objects, aclexplode(acl) entry join pg_roles on pg_roles.oid = entry.grantee
      where rolname ~ '^proctoring_app(_\\d+)?$' and rolname <> $1`,
    [role],
  );
  for (const { text } of rows) await owner.query(text);
}
