import { main, prepare, run } from './prepare.mjs';

await main(async () => {
  await prepare();
  process.exitCode = await run([process.execPath, 'dist/apps/witness/src/main.js']);
});
