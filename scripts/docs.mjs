import { writeFileSync } from 'node:fs';
import { main, prepare } from './prepare.mjs';

await main(async () => {
  await prepare();
  const { configurationPage } = await import('../dist/libs/configuration/src/configuration-page.js');
  const { eventsPage } = await import('../dist/test/documents/events-page.js');
  const { layerGraph } = await import('../dist/test/documents/layer-graph.js');
  writeFileSync('docs/configuration.md', configurationPage());
  writeFileSync('docs/events.md', eventsPage());
  writeFileSync('docs/architecture.mmd', layerGraph());
});
