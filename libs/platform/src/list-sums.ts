import { setImmediate as turn } from 'node:timers/promises';
import type pg from 'pg';
import { longMs } from '#connections';
import { type List, many, shortText } from './lists.js';
import { transaction } from './transaction.js';

/** What a list is counted by: the entry's place, its learner's names, and the part it is in. In the list's order. */
type Entry = [place: string, names: string, part: string];
/** A page begins to be read at a block, so it should not be long. */
const entriesOfBlock = 500;
/** How many entries each block of a list has. */
type Counts = Int32Array;

const entriesOf: Record<List, string> = {
  attempts: `select place_of(created), coalesce(names, ''), ''
               from attempt_groups left join attempt_learners using (course_id, user_id)
              where course_id = $1 order by created desc`,
  learners: `select username, names, list_part_of(enrollments) from enrollments
              where course_id = $1 and includes_proctored order by username`,
};

// A few changes are read with the sums sooner than a long list is counted.
const changed = `
  select list, course_id from list_changes group by list, course_id
  having $1 or count(*) >= coalesce((select greatest(100, sum(number) / 100) from list_sums, unnest(entries) as number
                                      where list_sums.list = list_changes.list and part = '' and text = ''
                                        and list_sums.course_id = list_changes.course_id having count(*) > 0), 1)`;

/** Sums up the lists that have changed much, or at all; whoever writes or reads them meanwhile does not wait. */
export async function sumLists(pool: pg.Pool, atAll = false): Promise<void> {
  const { rows } = await pool.query(changed, [atAll]);
  const failures: unknown[] = [];
  for (const { list, course_id } of rows) await sumList(pool, list, course_id).catch((error) => failures.push(error)); // the other courses go on
  if (failures.length > 0) throw failures[0];
}

const sumList = (pool: pg.Pool, list: List, courseId: string) =>
  // Entries, changes and sums must be seen as of one moment, which is after whoever else sums up is done.
  transaction(
    pool,
    ['begin isolation level repeatable read', 'lock table list_sums in exclusive mode'],
    async (client) => {
      const entries = await client.query<Entry>({ text: entriesOf[list], values: [courseId], rowMode: 'array' });
      // All is summed up before the first write: from there on the transaction holds back all readers of the log.
      const parts: unknown[][] = [];
      for await (const sums of inThousands(sumsOf(entries.rows))) parts.push(sums);
      for (const table of ['list_changes', 'list_sums'])
        await client.query(`delete from ${table} where list = $1 and course_id = $2`, [list, courseId]);
      for (const sums of parts)
        await client.query(
          `insert into list_sums select $1, $2, part, text, places, entries
           from json_to_recordset($3) as sum (part text, text text, places text[], entries int[])`,
          [list, courseId, JSON.stringify(sums)],
        );
    },
    { limitMs: longMs },
  );

/** Between them others have their turn: a long list takes a second. */
async function* inThousands<T>(all: Iterable<T>): AsyncGenerator<T[]> {
  const some: T[] = [];
  let since = performance.now();
  for (const each of all) {
    if (some.push(each) === 1000) yield some.splice(0);
    if (performance.now() - since < 10) continue;
    await turn();
    since = performance.now();
  }
  if (some.length > 0) yield some;
}

function* sumsOf(entries: readonly Entry[]) {
  const places: string[] = [];
  const parts = new Map<string, Counts>();
  const learners = new Map<string, number[]>();
  let size = entriesOfBlock;
  const blocks = entries.map(([place], index) => {
    // Who reads from a place on reads all that is there, so what is at one place is in one block.
    if (size >= entriesOfBlock && place !== entries[index - 1]?.[0]) {
      places.push(place);
      size = 0;
    }
    size++;
    return places.length - 1;
  });
  entries.forEach(([, names, part], index) => {
    if (!learners.has(names)) learners.set(names, []);
    learners.get(names)!.push(blocks[index]);
    if (part === '') return;
    if (!parts.has(part)) parts.set(part, new Int32Array(places.length));
    parts.get(part)![blocks[index]]++;
  });
  const sum = (part: string, text: string, counts: Counts) => {
    const there = [...counts.keys()].filter((block) => counts[block] > 0);
    return { part, text, places: there.map((block) => places[block]), entries: there.map((block) => counts[block]) };
  };
  const all = new Int32Array(places.length);
  for (const block of blocks) all[block]++;
  yield sum('', '', all);
  for (const [part, counts] of parts) yield sum(part, '', counts);
  if (entries.length >= many) for (const { text, counts } of textsOf(learners, all)) yield sum('', text, counts);
}

const isHalfALetter = (text: string) => /^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/.test(text);

/**
 * Each text that is in the names of many entries, and each short one that is in any. `learners`: the blocks of each one's
 * entries, by their names; `everybody`: how many entries are in each block.
 */
function* textsOf(learners: Map<string, number[]>, everybody: Counts) {
  const texts = [...learners.keys()].map((names) => {
    const [username, email] = names.split('\n');
    return `${email?.includes(username) ? email : names}\n`;
  });
  const all = texts.join('');
  const blocksOf = [...learners.values()];
  const learnerAt = new Int32Array(all.length);
  let begin = 0;
  for (const [learner, text] of texts.entries()) {
    learnerAt.fill(learner, begin, begin + text.length);
    begin += text.length;
  }
  /** Entries of the learners in whose names the `starts` are, each once. */
  const countAt = (starts: readonly number[]) => {
    const counts = new Int32Array(everybody.length);
    let last = -1;
    for (const start of starts) {
      const learner = learnerAt[start];
      if (learner !== last) for (const block of blocksOf[learner]) counts[block]++;
      last = learner;
    }
    return counts;
  };
  /** Texts that go on after what is at all `starts`. */
  function* longer(
    starts: readonly number[],
    length: number,
    counts: Counts,
  ): Generator<{ text: string; counts: Counts }> {
    const byNext = new Map<number, number[]>();
    const next = all.charCodeAt(starts[0] + length);
    if (starts.every((start) => all.charCodeAt(start + length) === next)) byNext.set(next, starts as number[]);
    else
      for (const start of starts) {
        const code = all.charCodeAt(start + length);
        const group = byNext.get(code);
        if (group) group.push(start);
        else byNext.set(code, [start]);
      }
    byNext.delete(10);
    for (const group of byNext.values()) {
      const text = all.slice(group[0], group[0] + length + 1);
      const found = group === starts ? counts : countAt(group);
      const isFrequent = found.reduce((sum, each) => sum + each, 0) >= many;
      if (!isFrequent && text.length > shortText) continue;
      if (!isHalfALetter(text)) yield { text, counts: found };
      yield* longer(group, length + 1, found);
    }
  }
  yield* longer(
    Array.from(learnerAt, (_, start) => start),
    0,
    everybody,
  );
}
