import { writeFileSync } from 'node:fs';
import { main, prepare } from './prepare.mjs';

await main(async () => {
  await prepare();
  const { configurationPage } = await import('../dist/libs/configuration/src/configuration-page.js');
  writeFileSync('docs/configuration.md', configurationPage());
});
