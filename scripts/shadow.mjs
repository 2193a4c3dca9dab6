import { main, prepare, run } from './prepare.mjs';

await main(async () => {
  await prepare();
  process.exitCode = await run([process.execPath, 'dist/apps/shadow/src/main.js', ...process.argv.slice(2)]);
});
