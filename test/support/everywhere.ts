import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kafkaClient, lastOffsets, readUntil } from '../../libs/integration/src/index.js';
import type { TestDatabase } from './database.js';
import { withAdmin } from './relay.exams.js';

type TextByPlace = Map<string, string>;

/** All rows of all tables of the database, also of PostgreSQL's own tables. */
export async function rowsOf({ owner }: TestDatabase): Promise<TextByPlace> {
  const tables = `select oid::regclass::text as name from pg_class
    where relkind in ('r', 'm') and oid::regclass::text not like 'information_schema.%'`;
  const places: TextByPlace = new Map();
  for (const { name } of (await owner.query(tables)).rows) {
    const { rows } = await owner.query(`select string_agg(t::text, e'\n') as text from ${name} t`);
    places.set(`table ${name}`, rows[0].text ?? '');
  }
  return places;
}

/** The files of the database and the log of the server. `vacuum full` removes dead rows from the files first. */
export async function filesOf({ owner }: TestDatabase): Promise<TextByPlace> {
  await owner.query('vacuum full');
  await owner.query('checkpoint');
  const { rows } = await owner.query(
    `select current_setting('data_directory') as "dataDir", oid from pg_database where datname = current_database()`,
  );
  const [{ dataDir, oid }] = rows;
  const folders = [join(dataDir, 'base', String(oid)), join(dataDir, 'global')];
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  return new Map(
    [...files, join(dataDir, '..', 'server.log')].map((file) => [`file ${file}`, readFileSync(file, 'latin1')]),
  );
}

/** The keys, values and headers of all messages in the topics with this prefix. */
export async function messagesIn(brokers: string, prefix: string, except: readonly string[]): Promise<TextByPlace> {
  const kafka = kafkaClient({ kafkaBrokers: brokers.split(','), kafkaTls: 'off' } as Parameters<typeof kafkaClient>[0]);
  const topics = (await withAdmin(brokers, (admin) => admin.listTopics())).filter(
    (topic) => topic.startsWith(prefix) && !except.includes(topic),
  );
  const read = topics.map(async (topic) => {
    const texts: string[] = [];
    await readUntil(kafka, topic, await lastOffsets(kafka, topic), ({ key, value, headers }) => {
      texts.push(`${key} ${value} ${Object.entries(headers ?? {}).join()}`);
    });
    return [`topic ${topic.slice(prefix.length)}`, texts.join('\n')] as const;
  });
  return new Map(await Promise.all(read));
}

type Ask = (method: string, url: string) => Promise<string>;

/** Whether the answer of an operation in the document is a stream without an end. */
export const isEndless = ({ responses }: any): boolean =>
  responses['200']?.content?.['text/event-stream'] !== undefined;

/** The answers of every GET route. `values` are the parameters by name. */
export async function answersOf(ask: Ask, document: any, values: Record<string, string>): Promise<TextByPlace> {
  const places: TextByPlace = new Map();
  for (const [path, { get }] of Object.entries<any>(document.paths)) {
    if (!get || isEndless(get)) continue;
    const url = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name] ?? ''));
    const parameters = (get.parameters ?? []).filter(
      (parameter: any) => parameter.in === 'query' && values[parameter.name],
    );
    const query = new URLSearchParams(parameters.map(({ name }: any) => [name, values[name]])).toString();
    for (const each of new Set([url, `${url}?${query}`])) places.set(`GET ${each}`, await ask('GET', each));
  }
  return places;
}

/** The places where each of these strings is found. */
export function foundIn(places: TextByPlace, strings: Record<string, string>): Record<string, string[]> {
  const found = Object.entries(strings).map(([name, text]) => {
    const forms = [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)];
    const where = [...places].filter(([, content]) => forms.some((form) => content.includes(form)));
    return [name, where.map(([place]) => place)] as const;
  });
  return Object.fromEntries(found.filter(([, where]) => where.length > 0));
}
