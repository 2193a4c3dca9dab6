// node scripts/run.mjs cli token --user-id 1    node scripts/run.mjs demo
import { main, prepare, run } from './prepare.mjs';

await main(async () => {
  const [command, ...args] = process.argv.slice(2);
  await prepare();
  const cliArgs = command === 'cli' ? args : [command, ...args];
  process.exitCode = await run([process.execPath, 'dist/apps/cli/src/main.js', ...cliArgs]);
});
