import { CommandFactory } from 'nest-commander';
import { CliModule } from './cli.module.js';

/** What goes wrong is one line for people; commander has written its own already. */
const fail = (error: Error & { exitCode?: number }) => {
  if (error.exitCode === undefined) console.error(error.message);
  process.exit(error.exitCode ?? 1);
};

await CommandFactory.run(CliModule, { logger: ['error', 'warn'], errorHandler: fail, serviceErrorHandler: fail });
