import { createHmac } from 'node:crypto';
import { isObject } from '#shapes';

const textOf = (value: unknown): string => {
  if (value === true) return 'true';
  if (value === false) return 'false';
  return value === '' ? '' : String(value || 'null');
};

/** A line `key:value` for each value, keys in order. A nested key has its parent's key before it. */
const canonical = (value: object, prefix = ''): string =>
  Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, each]) => {
      if (isObject(each)) return canonical(each, `${key}.`);
      if (!Array.isArray(each)) return `${prefix}${key}:${textOf(each)}\n`;
      return each
        .map((item, index) =>
          isObject(item) ? canonical(item, `${key}.${index}.`) : `${prefix}${key}.${index}:${textOf(item)}\n`,
        )
        .join('');
    })
    .join('');

/** The headers that sign a request to Software Secure (domain.md §10.6). `date` has the format of HTTP headers. */
export const signedHeaders = (
  request: { method: string; json: object; date: string },
  { keyId, secret }: { keyId: string; secret: string },
): Record<string, string> => {
  const type = 'application/json';
  const message = `${request.method}\n\n${type}\n${request.date}\n${canonical(request.json)}`;
  const signature = createHmac('sha256', secret).update(message).digest('base64');
  return { 'Content-Type': type, Date: request.date, Authorization: `SSI ${keyId}:${signature}` };
};
