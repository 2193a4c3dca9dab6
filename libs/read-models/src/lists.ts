/**
 * The pattern for `names like` that finds a part of a user name or e-mail, in any ASCII case; null finds everybody. A
 * search with a line break, or with NUL, which PostgreSQL refuses, finds nobody.
 */
export const namesLike = (search: string): string | null => {
  if (search === '') return null;
  if (/[\0\n]/.test(search)) return '';
  const lower = search.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return `%${lower.replace(/[\\%_]/g, '\\$&')}%`;
};

/** The same for `search_names like`, which also has full names, in any case. */
export const personLike = (search: string): string | null => namesLike(search.toLowerCase());
