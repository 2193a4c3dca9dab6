import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { transformSync } from '@swc/core';

/**
 * Bundles these modules and everything that they import into one classic script, which a worker can import, as webpack does
 * for a provider or the learning front end. In the script, `load(name)` answers a module.
 */
export function bundled(names: Record<string, string>): string {
  const modules = new Map<string, string>();
  const add = (file: string): string => {
    if (modules.has(file)) return file;
    modules.set(file, '');
    const { code } = transformSync(readFileSync(file, 'utf8'), {
      module: { type: 'commonjs' },
      isModule: 'unknown',
      jsc: { target: 'es2022' },
    });
    const wired = code.replace(
      /\brequire\("([^"]+)"\)/g,
      (_, name) => `require(${JSON.stringify(add(found(name, file)))})`,
    );
    modules.set(file, wired);
    return file;
  };
  const found = (name: string, importer: string): string => {
    if (!name.startsWith('.')) return names[name] ?? unknown(name, importer);
    const file = resolve(importer, '..', name);
    return (
      [file, `${file}.js`, `${file}/index.js`].find((each) => /\.js$/.test(each) && existsSync(each)) ??
      unknown(name, importer)
    );
  };
  for (const file of Object.values(names)) add(file);
  const factories = [...modules].map(
    ([file, code]) => `${JSON.stringify(file)}: (module, exports, require) => {${code}\n}`,
  );
  return `{
const factories = {${factories.join(',\n')}};
const loaded = {};
const require = (file) => {
  if (!loaded[file]) factories[file]((loaded[file] = { exports: {} }), loaded[file].exports, require);
  return loaded[file].exports;
};
globalThis.load = (name) => require(${JSON.stringify(names)}[name]);
}`;
}

function unknown(name: string, importer: string): never {
  throw new Error(`${importer} imports ${name}, which is not in the bundle.`);
}
