import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { main, prepare } from './prepare.mjs';

await main(async () => {
  await prepare();
  const { configurationPage } = await import('../dist/libs/configuration/src/configuration-page.js');
  const { eventDataModule } = await import('../dist/test/conformance/documents/event-data.js');
  const { eventsPage } = await import('../dist/test/conformance/documents/events-page.js');
  const { mailPage } = await import('../dist/test/conformance/documents/mail-page.js');
  const { asyncapi, asyncapiPage } = await import('../dist/test/conformance/documents/asyncapi-page.js');
  const { breaks, messageSchemas } = await import('../dist/test/conformance/documents/message-schemas.js');
  const { layerGraph } = await import('../dist/test/conformance/documents/layer-graph.js');
  writeFileSync('docs/configuration.md', configurationPage());
  writeFileSync('apps/api/src/document/event-data.ts', eventDataModule());
  writeFileSync('docs/events.md', eventsPage());
  writeFileSync('docs/mail.md', mailPage());
  writeFileSync('docs/architecture.mmd', layerGraph());
  writeFileSync('docs/asyncapi.yaml', asyncapiPage());
  mkdirSync('docs/schemas', { recursive: true });
  for (const [name, schema] of Object.entries(messageSchemas(asyncapi()))) {
    const file = `docs/schemas/${name}.json`;
    const broken = existsSync(file) ? breaks(JSON.parse(readFileSync(file, 'utf8')), schema, name) : [];
    if (broken.length > 0) throw new Error(`Consumers rely on ${file}: ${broken.join(', ')}.`);
    writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
  }
});
