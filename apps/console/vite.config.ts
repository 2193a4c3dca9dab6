import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** Compresses each file once, when it is built. The service sends the compressed files as they are. */
const compressed: Plugin = {
  name: 'compressed',
  writeBundle({ dir }, bundle) {
    for (const file of Object.keys(bundle).filter((name) => name.startsWith('assets/')))
      writeFileSync(join(dir!, `${file}.gz`), gzipSync(readFileSync(join(dir!, file)), { level: 9 }));
  },
};

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [compressed],
  resolve: { alias: { '#log-proofs': join(import.meta.dirname, '../../libs/log-proofs/src/index.ts') } },
  oxc: { jsx: { runtime: 'automatic' } },
  build: {
    target: 'es2022',
    // The content security policy forbids inline scripts and `data:`.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      // Libraries mark components for servers that render; the console has none.
      onLog: (level, log, handle) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handle(level, log),
    },
  },
});
