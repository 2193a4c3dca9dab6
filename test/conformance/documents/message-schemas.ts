import { isDeepStrictEqual } from 'node:util';

export type Schema = { [keyword: string]: any };

/** The JSON Schema of each message of docs/asyncapi.yaml by the message's name, with all references filled in. */
export function messageSchemas({ components }: any): Record<string, Schema> {
  const complete = (value: any): any => {
    if (Array.isArray(value)) return value.map(complete);
    if (typeof value !== 'object' || value === null) return value;
    if (value.$ref) return complete(components.schemas[value.$ref.split('/').at(-1)]);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, complete(item)]));
  };
  const $schema = 'http://json-schema.org/draft-07/schema#';
  return Object.fromEntries(
    Object.entries<any>(components.messages).map(([name, { title, payload }]) => [
      name,
      { $schema, title, ...complete(payload) },
    ]),
  );
}

/** Answers one line for each change since the publication that is not a new optional field. */
export function breaks(published: Schema, current: Schema | undefined, place = 'message'): string[] {
  if (!current) return [`${place} is gone`];
  const required = new Set<string>(current.required);
  const wasRequired = new Set<string>(published.required);
  return [
    ...Object.entries<Schema>(published.properties ?? {}).flatMap(([name, schema]) =>
      breaks(schema, current.properties?.[name], `${place}.${name}`),
    ),
    ...[...required].filter((name) => !wasRequired.has(name)).map((name) => `${place}.${name} became required`),
    ...[...wasRequired].filter((name) => !required.has(name)).map((name) => `${place}.${name} became optional`),
    ...Object.keys({ ...published, ...current })
      .filter((keyword) => !['properties', 'required', 'title', 'description'].includes(keyword))
      .filter((keyword) => !isDeepStrictEqual(published[keyword], current[keyword]))
      .map((keyword) => `${place} has another ${keyword}`),
  ];
}
