import ts from 'typescript';
import type { Schema } from '#shapes';
import { either, flag, integer, listOf, oneOf, orNull, text, time } from '../../../apps/api/src/document/schemas.js';

const source = 'apps/api/src/history/history.answers.ts';
const nameOfTime = /^at$|At$|Date$/;

/** Makes the OpenAPI schemas of the data of each event, and of the named types in it, from the TypeScript types. */
export function eventData() {
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
  const program = ts.createProgram([source], ts.parseJsonConfigFileContent(config, ts.sys, '.').options);
  const checker = program.getTypeChecker();
  const named: Record<string, Schema> = {};

  function schemaOf(nullable: ts.Type): Schema {
    const type = checker.getNonNullableType(nullable);
    const schema = namedOr(type);
    return nullable.isUnion() && nullable.types.some(({ flags }) => flags & ts.TypeFlags.Null)
      ? orNull(schema)
      : schema;
  }

  /** A named type without parameters becomes a component. */
  function namedOr(type: ts.Type): Schema {
    const { aliasSymbol, aliasTypeArguments } = type;
    if (!aliasSymbol || aliasTypeArguments) return shapeOf(type);
    named[aliasSymbol.name] ??= shapeOf(type);
    return { $ref: `#/components/schemas/${aliasSymbol.name}` };
  }

  function shapeOf(type: ts.Type): Schema {
    const is = (flags: ts.TypeFlags) => (type.flags & flags) !== 0;
    if (is(ts.TypeFlags.String)) return text;
    if (is(ts.TypeFlags.Number)) return integer;
    if (is(ts.TypeFlags.Boolean)) return flag;
    if (type.isStringLiteral()) return oneOf(type.value);
    if (type.isUnion()) return unionOf(type.types);
    if (checker.isArrayType(type)) return listOf(schemaOf(checker.getTypeArguments(type as ts.TypeReference)[0]));
    if (is(ts.TypeFlags.Object | ts.TypeFlags.Intersection)) return objectOf(type);
    throw new Error(`No schema for ${checker.typeToString(type)}`);
  }

  function unionOf(types: ts.Type[]): Schema {
    const words = types.flatMap((type) => (type.isStringLiteral() ? [type.value] : []));
    return words.length === types.length ? oneOf(...words.sort()) : either(...types.map(schemaOf).sort(byText));
  }

  function objectOf(type: ts.Type): Schema {
    const properties = checker.getPropertiesOfType(type);
    const schemas = properties.map((property) => {
      const schema = schemaOf(checker.getTypeOfSymbol(property));
      return [property.name, nameOfTime.test(property.name) ? { ...schema, ...time } : schema];
    });
    const required = properties.filter(({ flags }) => !(flags & ts.SymbolFlags.Optional)).map(({ name }) => name);
    return { type: 'object', properties: Object.fromEntries(schemas), required };
  }

  const propertyOf = (type: ts.Type, name: string) => checker.getTypeOfSymbol(type.getProperty(name)!);
  const module = checker.getSymbolAtLocation(program.getSourceFile(source)!)!;
  const logEvent = checker.getExportsOfModule(module).find(({ name }) => name === 'LogEvent')!;
  const events = (checker.getDeclaredTypeOfSymbol(logEvent) as ts.UnionType).types;
  const data = Object.fromEntries(
    events.map((event) => [
      (propertyOf(event, 'type') as ts.StringLiteralType).value,
      shapeOf(propertyOf(event, 'data')),
    ]),
  );
  schemaOf(propertyOf(events[0], 'metadata'));
  return { data, named };
}

// The order in which the compiler gives the parts of a union can change.
const byText = (a: Schema, b: Schema) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** The text of apps/api/src/document/event-data.ts. */
export function eventDataModule(): string {
  const { data, named } = eventData();
  const table = (name: string, schemas: Record<string, Schema>) => [
    `export const ${name} = {`,
    ...Object.entries(schemas)
      .map(([key, schema]) => `  ${key}: ${JSON.stringify(schema)},`)
      .sort(),
    '};',
  ];
  return [
    '// biome-ignore-all format: `npm run docs` makes this file from the types of the events.',
    '',
    '/** The schema of the data of each event. */',
    ...table('eventData', data),
    '',
    '/** The types that these schemas share. */',
    ...table('sharedSchemas', named),
    '',
  ].join('\n');
}
