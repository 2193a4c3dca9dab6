import { CommandRunner } from 'nest-commander';

/** A command that was not understood: exit code 2. */
export class UsageError extends Error {
  readonly exitCode = 2;
}

/** A command that ends with 2 also where commander itself finds an option missing or unknown. */
export abstract class StrictCommand extends CommandRunner {
  override setCommand(command: Parameters<CommandRunner['setCommand']>[0]) {
    return super.setCommand(command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2)));
  }
}
