type Entry = { value: unknown; until: number; asking?: Promise<unknown> };

const freshMs = 60_000;
/** A provider that cannot answer is not asked again for so long: learners' pages wait for these answers. */
const retryAfterMs = 5_000;
const mostKept = 1_000;

/**
 * Answers that change seldom, kept for a minute. If no new answer comes, the old one serves, or undefined if there is
 * none: never an error. `ask` answers undefined, or throws, when it has no answer.
 */
export class StaleIfErrorCache {
  /** Oldest first. */
  private readonly entries = new Map<string, Entry>();

  async get(key: string, ask: () => Promise<unknown>): Promise<unknown> {
    const known = this.entries.get(key);
    if (known && (known.asking || known.until > performance.now())) return known.asking ?? known.value;
    const asking = ask()
      .catch(() => undefined)
      .then((value) => {
        const isNew = value !== undefined;
        this.keep(key, {
          value: isNew ? value : known?.value,
          until: performance.now() + (isNew ? freshMs : retryAfterMs),
        });
        return isNew ? value : known?.value;
      });
    this.keep(key, { value: known?.value, until: 0, asking });
    return asking;
  }

  private keep(key: string, entry: Entry) {
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (this.entries.size > mostKept) this.entries.delete(this.entries.keys().next().value!);
  }
}
