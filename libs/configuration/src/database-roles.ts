import { createHash } from 'node:crypto';
import type pg from 'pg';
import { functionsAndRights, type ServiceRoles } from '../../../migrations/index.js';
import { type Login, loginStatements } from './logins.js';

/** The roles are the database's own, so that two deployments on one server cannot read each other. */
const rolesOf = async (client: pg.ClientBase): Promise<ServiceRoles> =>
  (
    await client.query(
      `select 'proctoring_api_' || oid as api, 'proctoring_worker_' || oid as worker from pg_database
        where datname = current_database()`,
    )
  ).rows[0];

/**
 * Makes what a migration needs and only some users may make: the service's roles, its logins as their members, the extension
 * pg_trgm, a schema and a database in which only the owner makes objects. Answers the roles. Throws one error with the
 * statements that a superuser can help with.
 */
export async function prepareDatabase(owner: pg.ClientBase, logins: readonly Login[]): Promise<ServiceRoles> {
  const roles = await rolesOf(owner);
  const { rows } = await owner.query(
    `select quote_ident(current_user) as me, quote_ident(current_database()) as database`,
  );
  const { me, database } = rows[0];
  const missing: string[] = [];
  const ensure = async (isThere: string, statement: string, shown = statement) => {
    const check = async () => (await owner.query(`select ${isThere} as "isThere"`)).rows[0].isThere;
    if (await check()) return;
    // A grant without the right to it may only cause a warning. A missing role is reported before its grant.
    await owner.query(statement).catch((error) => {
      if (!['42501', '42704'].includes(error.code)) throw error;
    });
    if (!(await check())) missing.push(`${shown};`);
  };
  const isRole = (name: string) => `exists (select from pg_roles where rolname = '${name}')`;

  for (const role of Object.values(roles)) await ensure(isRole(role), `create role ${role} nologin`);
  for (const login of logins)
    for (const { isThere, statement, shown } of await loginStatements(owner, login, roles))
      await ensure(isThere, statement, shown);
  await ensure(`has_schema_privilege('public', 'create')`, `grant create on schema public to ${me}`);
  await ensure(`not has_schema_privilege('public', 'public', 'create')`, 'revoke create on schema public from public');
  await ensure(
    `not has_database_privilege('public', current_database(), 'temporary')`,
    `revoke temporary on database ${database} from public`,
  );
  await ensure(`exists (select from pg_extension where extname = 'pg_trgm')`, 'create extension pg_trgm');
  if (missing.length > 0)
    throw new Error(
      `the user ${me} lacks rights that the service's logins need; a superuser of the database ${database} helps with: ${missing.join(' ')}`,
    );
  return roles;
}

/** Runs the functions and rights of this version again when one of them differs, or when the database was copied. */
export async function refreshFunctions(owner: pg.ClientBase, roles: ServiceRoles): Promise<void> {
  const { text, digest } = wanted(roles);
  if ((await digestOf(owner)) === digest) return;
  await owner.query('begin');
  await owner.query(text);
  await revokeFromOthers(owner, roles);
  await owner.query(`comment on table migrations is '${digest}'`);
  await owner.query('select create_event_partitions()');
  await owner.query('commit');
}

/** Whether this version has nothing to migrate. */
export async function isUpToDate(client: pg.ClientBase): Promise<boolean> {
  return (await digestOf(client)) === wanted(await rolesOf(client)).digest;
}

function wanted(roles: ServiceRoles) {
  const text = functionsAndRights(roles);
  return { text, digest: createHash('sha256').update(text).digest('hex') };
}

const digestOf = async (client: pg.ClientBase): Promise<string | null> =>
  (await client.query(`select obj_description(to_regclass('public.migrations'), 'pg_class') as digest`)).rows[0].digest;

/** A copied database has the rights of the original's roles. A database of an earlier version has those of one role. */
async function revokeFromOthers(owner: pg.ClientBase, roles: ServiceRoles) {
  const { rows } = await owner.query(
    `with objects as (
       select case relkind when 'S' then 'sequence' else 'table' end as kind, oid::regclass::text as name, relacl as acl from pg_class
       union all select 'function', oid::regprocedure::text, proacl from pg_proc
       union all select 'schema', quote_ident(nspname), nspacl from pg_namespace)
     select distinct format('revoke all on %s %s from %I', kind, name, rolname) as text
       from objects, aclexplode(acl) entry join pg_roles on pg_roles.oid = entry.grantee
      where rolname ~ '^proctoring_(app|api|worker)(_\\d+)?$' and rolname <> all ($1)`,
    [Object.values(roles)],
  );
  for (const { text } of rows) await owner.query(text);
}
