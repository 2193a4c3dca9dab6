// npm run conformance [-- --seed N --requests N --only STORY --itself --planted]
import { main, prepare, run } from './prepare.mjs';

await main(async () => {
  await prepare();
  process.exitCode = await run([process.execPath, 'dist/test/conformance/main.js', ...process.argv.slice(2)]);
});
