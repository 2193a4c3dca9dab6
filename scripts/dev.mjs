// npm run dev: the watch modes of Nest and Vite. Each change of the service builds and restarts it; a change of the console
// only builds the console. A debugger can attach at port 9229.
import { endWithNpm, main, prepare, run } from './prepare.mjs';

await main(async () => {
  endWithNpm();
  await prepare({ builds: false });
  const args = ['start', '--watch', '--debug', '--watchAssets', '--preserveWatchOutput', '--no-shell'];
  run([process.execPath, 'node_modules/vite/bin/vite.js', 'build', 'apps/console', '--watch', '--logLevel=warn']);
  process.exitCode = await run([process.execPath, 'node_modules/@nestjs/cli/bin/nest.js', ...args], {
    env: { DRAIN_DELAY: '0', ...process.env },
  });
});
