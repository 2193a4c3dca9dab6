/** A JSON value in a message, as the reference prints it: texts as they are, anything else as Python's source. */
export const pythonRepr = (value: unknown): string => (typeof value === 'string' ? value : inSource(value));

function inSource(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(inSource).join(', ')}]`;
  if (typeof value !== 'object') return String(value);
  const fields = Object.entries(value).map(([key, item]) => `${quoted(key)}: ${inSource(item)}`);
  return `{${fields.join(', ')}}`;
}

const escapes: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  return quote + text.replace(/[\\\n\r\t]/g, (each) => escapes[each] ?? each).replaceAll(quote, `\\${quote}`) + quote;
}
