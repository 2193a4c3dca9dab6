/** An entry that names a learner, and the line in which it stands. */
export type Entry = { line: number; name: string };
export type Entries = { entries: Entry[]; repeated: number; tooLong: number[] };

const longest = 255;
const headings = ['username', 'user name', 'user', 'email', 'e-mail', 'e-mail address', 'email address'];

/**
 * The learners that a text names: a table with a heading `username` or `email`, else each entry of each line. Entries are
 * separated by commas, semicolons or tabs, and may be quoted.
 */
export function entriesIn(text: string): Entries {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .map((line, index) => ({ line: index + 1, cells: cellsOf(line) }))
    .filter(({ cells }) => cells.some(Boolean));
  const column = lines[0]?.cells.findIndex((cell) => headings.includes(cell.toLowerCase())) ?? -1;
  const named =
    column < 0
      ? lines.flatMap(({ line, cells }) => cells.map((name) => ({ line, name })))
      : lines.slice(1).map(({ line, cells }) => ({ line, name: cells[column] ?? '' }));
  return distinct(named.filter(({ name }) => name !== ''));
}

function distinct(named: readonly Entry[]): Entries {
  const entries = new Map<string, Entry>();
  for (const entry of named) if (!entries.has(entry.name)) entries.set(entry.name, entry);
  const tooLong = [...entries.values()].filter(({ name }) => [...name].length > longest).map(({ line }) => line);
  return { entries: [...entries.values()], repeated: named.length - entries.size, tooLong };
}

/** The cells of a line; a separator within quotes belongs to its cell. */
function cellsOf(line: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (const character of line) {
    if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && /[,;\t]/.test(character)) {
      cells.push(cell.trim());
      cell = '';
    } else cell += character;
  }
  return [...cells, cell.trim()];
}
