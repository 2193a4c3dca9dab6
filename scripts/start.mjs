import { endWithNpm, main, prepare } from './prepare.mjs';

await main(async () => {
  endWithNpm();
  await prepare();
  await import('../dist/apps/main.js');
});
