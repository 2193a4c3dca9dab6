import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { ServiceRoles } from '../../../migrations/index.js';

/** A user that the service logs in as, by its URL, and the process that it is for. */
export type Login = { url: string; use: keyof ServiceRoles };

/** Statements that make a login and a member of its role, each with a condition that is true when it is not needed. */
export async function loginStatements(owner: pg.ClientBase, { url, use }: Login, roles: ServiceRoles) {
  const { username, password } = new URL(url);
  const { rows } = await owner.query(
    `select quote_ident($1) as name, quote_literal($1) as literal,
            current_setting('server_version_num')::int >= 160000 as "mayForbidSet"`,
    [decodeURIComponent(username)],
  );
  const { name, literal, mayForbidSet } = rows[0];
  const secret = password && ` password '${verifierOf(decodeURIComponent(password))}'`;
  // The login has the role's rights and cannot become the role.
  const grant = `grant ${roles[use]} to ${name}${mayForbidSet ? ' with inherit true, set false' : ''}`;
  return [
    {
      isThere: `exists (select from pg_roles where rolname = ${literal})`,
      statement: `create role ${name} login${secret}`,
      shown: `create role ${name} login password '…'`,
    },
    {
      isThere: `(select pg_has_role(oid, '${roles[use]}', 'usage') from pg_roles where rolname = ${literal})`,
      statement: grant,
      shown: grant,
    },
  ];
}

/**
 * The verifier of a password that PostgreSQL keeps (RFC 5803): so no password stands in a statement, which servers log.
 */
export function verifierOf(password: string): string {
  const salt = randomBytes(16);
  const iterations = 4096;
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, 32, 'sha256');
  const keyOf = (name: string) => createHmac('sha256', salted).update(name).digest();
  const stored = createHash('sha256').update(keyOf('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${keyOf('Server Key').toString('base64')}`;
}
