import { CommandFactory } from 'nest-commander';
import { CliModule } from './cli.module.js';
import { tolerateClosedOutput } from './output.js';

/** Prints an error as one line. Commander prints its own errors. Exit code 2: wrong usage. */
const fail = (error: Error & { exitCode?: number; code?: string }) => {
  const isCommanders = error.code?.startsWith('commander.') ?? false;
  if (!isCommanders) console.error(error.message);
  process.exit(isCommanders && error.exitCode ? 2 : (error.exitCode ?? 1));
};

tolerateClosedOutput();
await CommandFactory.run(CliModule, { logger: ['error', 'warn'], errorHandler: fail, serviceErrorHandler: fail });
