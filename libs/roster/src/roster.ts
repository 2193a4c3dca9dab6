import { setImmediate as nextTurn } from 'node:timers/promises';
import type pg from 'pg';
import type { AccessOrigin } from '#access-log';
import type { Database } from '#connections';
import { limits } from '#domain';
import { isObject } from '#shapes';
import { mostErrors, type RosterError, RosterInvalid } from './roster.errors.js';
import { readFields } from './roster.fields.js';
import { type RosterPowers, refuseForbiddenSections } from './roster.rights.js';
import { type Document, type Item, removable, type Section, sections } from './roster.sections.js';
import { rosterTransactions, type Transact } from './roster.transaction.js';
import { stepsOf } from './roster.writes.js';

/** An open transaction holds back all subscriptions, so a document is written in parts of less than a second. */
const partSize = 1000;

/**
 * Writes the roster that the LMS sends (architecture.md, "REST for the LMS"). A repeated item replaces the earlier one. `origin`
 * is recorded with each change of rights. The whole document is checked before the first write. Answers the number of items
 * of each section. Ends between two parts if `signal` is aborted. Throws RosterInvalid and RosterForbidden.
 */
export async function upsertRoster(
  database: Database,
  document: unknown,
  powers: RosterPowers,
  origin?: AccessOrigin,
  signal?: AbortSignal,
): Promise<Record<string, number>> {
  const { written, removed } = await readDocument(document);
  refuseForbiddenSections(powers, written, removed);
  const writeAll = async (client: pg.ClientBase, transact: Transact) => {
    for (const { items, write } of await stepsOf(client, written, removed, powers))
      for (let first = 0; first < items.length; first += partSize)
        await transact(() => write(client, items.slice(first, first + partSize)));
  };
  await rosterTransactions(database, origin, writeAll, signal);
  const counts = Object.entries(written).map(([name, items]) => [name, items.length]);
  const removedCounts = Object.entries(removed).map(([name, items]) => [`removed.${name}`, items.length]);
  return Object.fromEntries([...counts, ...removedCounts]);
}

/** Reads the document in parts, so that other requests do not wait. Stops at the largest number of errors. */
async function readDocument(document: unknown): Promise<{ written: Document; removed: Document }> {
  const errors: RosterError[] = [];
  const wrong = (section: string, message: string) => errors.push({ section, index: null, field: null, message });
  const readItems = async (of: Section, section: string, items: unknown[]): Promise<Item[]> => {
    const read: Item[] = [];
    for (const [index, item] of items.entries()) {
      if (index % partSize === partSize - 1) await nextTurn();
      read.push(readItem(of, section, index, item, errors));
      if (errors.length >= mostErrors) throw new RosterInvalid(errors);
    }
    return read;
  };
  const readSections = async (of: unknown, known: Record<string, Section>, prefix: string): Promise<Document> => {
    if (!isObject(of)) wrong(prefix.replace('.', ''), 'must be an object');
    const read: Document = {};
    for (const [name, items] of Object.entries(isObject(of) ? of : {})) {
      const section = `${prefix}${name}`;
      if (!Object.hasOwn(known, name)) wrong(section, `is unknown; known: ${Object.keys(known).join(', ')}`);
      else if (!Array.isArray(items)) wrong(section, 'must be a list');
      else if (items.length > limits.rosterItems) wrong(section, `must have at most ${limits.rosterItems} items`);
      else read[name] = await readItems(known[name]!, section, items);
    }
    return read;
  };
  const { removed = {}, ...rest } = isObject(document) ? document : { '': document };
  const answer = {
    written: await readSections(rest, sections, ''),
    removed: await readSections(removed, removable, 'removed.'),
  };
  if (errors.length > 0) throw new RosterInvalid(errors);
  return answer;
}

function readItem({ fields }: Section, section: string, index: number, item: unknown, errors: RosterError[]): Item {
  const wrong = (field: string | null, message: string) => errors.push({ section, index, field, message });
  if (!isObject(item)) wrong(null, 'must be an object');
  return { ...(isObject(item) && readFields(fields, item, wrong)), section, index };
}
