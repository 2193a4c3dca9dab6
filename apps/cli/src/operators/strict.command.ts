import { CommandRunner } from 'nest-commander';

/** Wrong usage of a command: exit code 2. */
export class UsageError extends Error {
  readonly exitCode = 2;
}

/** A command that also exits with 2 if commander finds an option missing or unknown. */
export abstract class StrictCommand extends CommandRunner {
  override setCommand(command: Parameters<CommandRunner['setCommand']>[0]) {
    return super.setCommand(command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2)));
  }
}
