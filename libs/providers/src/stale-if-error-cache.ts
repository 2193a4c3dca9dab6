type Entry = { value: unknown; until: number; request?: Promise<unknown> };

const freshMs = 60_000;
/** After a failure the provider is not asked again for this time, because learners' pages wait for the answer. */
const retryAfterMs = 5_000;
const maxEntries = 1_000;

/**
 * Keeps answers that seldom change for a minute. If no new answer comes, `get` answers the old one, or undefined if there is
 * none. It never throws. `ask` answers undefined, or throws, if it has no answer.
 */
export class StaleIfErrorCache {
  /** Oldest first. */
  private readonly entries = new Map<string, Entry>();

  async get(key: string, ask: () => Promise<unknown>): Promise<unknown> {
    const former = this.entries.get(key);
    if (former && (former.request || former.until > performance.now())) return former.request ?? former.value;
    const request = ask()
      .catch(() => undefined)
      .then((value) => {
        const isNew = value !== undefined;
        const entry = {
          value: isNew ? value : former?.value,
          until: performance.now() + (isNew ? freshMs : retryAfterMs),
        };
        this.keep(key, entry);
        return entry.value;
      });
    this.keep(key, { value: former?.value, until: 0, request });
    return request;
  }

  private keep(key: string, entry: Entry) {
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (this.entries.size > maxEntries) this.entries.delete(this.entries.keys().next().value!);
  }
}
