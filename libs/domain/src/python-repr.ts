/** A JSON value in a message, as the reference prints it: a text as it is, any other value as Python source code. */
export const pythonRepr = (value: unknown): string => (typeof value === 'string' ? value : sourceOf(value));

function sourceOf(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(sourceOf).join(', ')}]`;
  if (typeof value !== 'object') return String(value);
  const fields = Object.entries(value).map(([key, item]) => `${quoted(key)}: ${sourceOf(item)}`);
  return `{${fields.join(', ')}}`;
}

const escapes: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  return quote + text.replace(/[\\\n\r\t]/g, (each) => escapes[each] ?? each).replaceAll(quote, `\\${quote}`) + quote;
}
