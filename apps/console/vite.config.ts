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

const mostOfFirstView = 150_000;

/** Fails the build if the files that `index.html` names are larger than this, compressed. */
const smallFirstView: Plugin = {
  name: 'small first view',
  writeBundle({ dir }) {
    const html = readFileSync(join(dir!, 'index.html'), 'utf8');
    const files = [...html.matchAll(/"\/console\/(assets\/[^"]+\.(?:js|css))"/g)].map(([, file]) => file!);
    const sizes = files.map((file) => gzipSync(readFileSync(join(dir!, file)), { level: 9 }).length);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    if (files.length === 0 || bytes > mostOfFirstView)
      this.error(`The first view is ${bytes} bytes (${files.join(', ')}), and at most ${mostOfFirstView} are allowed.`);
  },
};

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [compressed, smallFirstView],
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
