/** A schema in the words of OpenAPI 3.0. */
export type Schema = { [keyword: string]: any };

/** Why a value was not accepted. */
export class Wrong {
  constructor(readonly message: string) {}
}

/** Describes a value that comes in: in words, by the function that reads it, and as a JSON schema. */
export type Shape<T = unknown> = { expects: string; read: (value: unknown) => T | Wrong; schema: Schema };

/** `read` answers undefined for a value that is not what `expects` says. */
export const shape = <T>(
  expects: string,
  read: (value: any) => T | Wrong | undefined,
  schema: Schema = {},
): Shape<T> => ({ expects, read: (value) => read(value) ?? new Wrong(`must be ${expects}`), schema });

/** A shape whose values are kept as they are. */
export const allowing = <T = unknown>(expects: string, allows: (value: any) => boolean, schema?: Schema): Shape<T> =>
  shape<T>(expects, (value) => (allows(value) ? value : undefined), schema);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const flag = allowing<boolean>('true or false', (value) => typeof value === 'boolean', { type: 'boolean' });

export const oneOf = <Word extends string>(...words: readonly Word[]): Shape<Word> =>
  allowing(`one of ${words.join(', ')}`, (value) => words.includes(value), { type: 'string', enum: words });
