import { hourMs, openClient, poolSettings } from '#connections';
import { verifierOf } from './logins.js';

type Urls = { owner: string; api: string; worker: string };

/**
 * Makes the users of the embedded database, with the passwords of their URLs. The server's superuser does this and nothing
 * else. It gives to the owner what it owned in earlier versions.
 */
export async function makeEmbeddedUsers(superuser: string, urls: Urls): Promise<void> {
  const client = await openClient({ ...poolSettings(hourMs), connectionString: superuser });
  try {
    await client.query(`begin; select pg_advisory_xact_lock(hashtext('exam-proctoring users'))`);
    for (const url of [urls.owner, urls.api, urls.worker]) {
      const { username, password } = new URL(url);
      const { rowCount } = await client.query('select from pg_roles where rolname = $1', [username]);
      await client.query(`${rowCount ? 'alter' : 'create'} role ${username} login password '${verifierOf(password)}'`);
    }
    const owner = new URL(urls.owner).username;
    await client.query(`
      alter role ${owner} createrole;
      grant pg_read_all_stats to ${owner};
      alter database postgres owner to ${owner}`);
    const { rows } = await client.query(
      `with own as (select oid from pg_namespace where nspname = 'public' or nspname ~ '^earlier'),
       is_part as (select objid from pg_depend where deptype in ('a', 'i', 'e'))
       select format('alter schema %I owner to ${owner}', nspname) as text from pg_namespace join own using (oid)
       union all select format('alter %s %s owner to ${owner}', case relkind when 'S' then 'sequence' else 'table' end, oid::regclass)
         from pg_class where relnamespace in (table own) and relkind in ('r', 'p', 'S')
          and relowner = current_user::regrole and (relkind <> 'S' or oid not in (table is_part))
       union all select format('alter routine %s owner to ${owner}', oid::regprocedure)
         from pg_proc where pronamespace in (table own) and proowner = current_user::regrole and oid not in (table is_part)
       union all select format('grant %I to ${owner} with admin true, inherit false, set false', rolname)
         from pg_roles where rolname ~ '^proctoring_(api|worker)'
          and not exists (select from pg_auth_members where roleid = pg_roles.oid and member = '${owner}'::regrole and admin_option)`,
    );
    for (const { text } of rows) await client.query(text);
    await client.query('commit');
  } finally {
    await client.end();
  }
}
