/** Why a command was refused. Codes are stable, snake_case and documented; the message is for people. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: string,
    message: string,
    /** After so many seconds the same may be accepted. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }
}
