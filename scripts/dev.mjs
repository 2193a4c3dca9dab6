// npm run dev: Nest's watch mode. Each change builds and restarts the service. A debugger can attach at port 9229.
import { endWithNpm, main, prepare, run } from './prepare.mjs';

await main(async () => {
  endWithNpm();
  await prepare({ builds: false });
  const args = ['start', '--watch', '--debug', '--watchAssets', '--preserveWatchOutput', '--no-shell'];
  process.exitCode = await run([process.execPath, 'node_modules/@nestjs/cli/bin/nest.js', ...args], {
    env: { DRAIN_DELAY: '0', ...process.env },
  });
});
