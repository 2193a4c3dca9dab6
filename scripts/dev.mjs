// npm run dev: Nest's own watch. A change builds and restarts the service, and a debugger may attach at port 9229.
import { endWithNpm, main, prepare, run } from './prepare.mjs';

await main(async () => {
  endWithNpm();
  await prepare({ builds: false });
  const words = ['start', '--watch', '--debug', '--watchAssets', '--preserveWatchOutput', '--no-shell'];
  process.exitCode = await run([process.execPath, 'node_modules/@nestjs/cli/bin/nest.js', ...words], {
    env: { DRAIN_DELAY: '0', ...process.env },
  });
});
