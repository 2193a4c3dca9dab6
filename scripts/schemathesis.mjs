// npm run schemathesis [-- --seed N --examples N]
import { main, prepare, run } from './prepare.mjs';

await main(async () => {
  await prepare();
  process.exitCode = await run([
    process.execPath,
    'dist/test/conformance/schemathesis/main.js',
    ...process.argv.slice(2),
  ]);
});
