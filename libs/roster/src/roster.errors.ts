/** `index` is null if the whole section is wrong, `field` if the whole item is. */
export type RosterError = { section: string; index: number | null; field: string | null; message: string };

/** Reading stops at so many errors. */
export const mostErrors = 100;

/** The document has invalid items; nothing was written. */
export class RosterInvalid extends Error {
  override readonly name = 'RosterInvalid';
  readonly errors: RosterError[];

  constructor(errors: RosterError[]) {
    super('The roster has errors.');
    this.errors = errors.slice(0, mostErrors);
  }
}

/** The caller may not write this part of the roster; nothing was written. */
export class RosterForbidden extends Error {
  override readonly name = 'RosterForbidden';

  constructor(part: string, what: string) {
    super(`To change ${what} in the roster takes the scope roster:${part}.`);
  }
}
