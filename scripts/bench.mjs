// npm run bench -- [--quick] [--only a,b] [--rounds 5]
import { endWithNpm, main, prepare, run } from './prepare.mjs';

await main(async () => {
  endWithNpm();
  await prepare();
  process.exitCode = await run([process.execPath, 'dist/test/bench/main.js', ...process.argv.slice(2)]);
});
