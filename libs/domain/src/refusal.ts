/** Why a command was refused. Codes are stable, snake_case and documented; the message is for people. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: string,
    message: string,
    /** The command may be accepted after this time. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }
}
