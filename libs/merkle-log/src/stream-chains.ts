import type { Database } from '#connections';
import { type Head, hashOfJson, type RawEvent, start } from '#event-store';
import type { Finding } from './finding.js';

/** How many heads of streams are kept in memory. Older ones are read again. */
const keptHeads = 200_000;

/** Verifies that each event has its own hash and follows the one before in its stream. */
export class StreamChains {
  private readonly heads = new Map<string, Head>();

  /** `isWhole`: the events are given from the beginning of the log. */
  constructor(
    private readonly database: Database,
    private isWhole: boolean,
  ) {}

  /** The events come in the order of the log. `leaf` is the index of the first one. */
  async check(events: readonly RawEvent[], leaf: number): Promise<Finding[]> {
    if (!this.isWhole) await this.readHeadsBefore(events);
    const findings: Finding[] = [];
    for (const [at, event] of events.entries()) {
      const problem = this.problemOf(event);
      if (!problem) continue;
      const { id, stream, version, type } = event;
      findings.push({ problem, leaf: leaf + at, eventId: id, stream, version, type });
    }
    this.forgetOldest();
    return findings;
  }

  private problemOf(event: RawEvent): string | undefined {
    const { stream, version, type, hash } = event;
    const head = this.heads.get(stream) ?? start;
    this.heads.set(stream, { version: Math.max(version, head.version), hash });
    const name = `${stream} version ${version} (${type})`;
    if (version > head.version + 1) return `${stream} version ${head.version + 1} is missing before ${name}`;
    if (version <= head.version) return `${name} comes after version ${head.version}`;
    if (hash === hashOfJson(head.hash, event, event.data, event.metadata)) return undefined;
    return `the content of ${name} does not have its hash, or the event before it in the stream is another one`;
  }

  private async readHeadsBefore(events: readonly RawEvent[]) {
    const first = new Map<string, number>();
    for (const { stream, version } of events)
      if (version > 1 && !this.heads.has(stream) && !first.has(stream)) first.set(stream, version);
    if (first.size === 0) return;
    const { rows } = await this.database.query<{ stream: string } & Head>(
      `select e.stream, e.version::float, encode(e.hash, 'hex') as hash
         from unnest($1::text[], $2::bigint[]) as wanted (stream, version)
         join events e on e.stream = wanted.stream and e.version = wanted.version - 1`,
      [[...first.keys()], [...first.values()]],
    );
    for (const { stream, version, hash } of rows) this.heads.set(stream, { version, hash });
  }

  private forgetOldest() {
    if (this.heads.size <= keptHeads) return;
    this.isWhole = false;
    let left = this.heads.size - keptHeads / 2;
    for (const stream of this.heads.keys()) {
      if (left-- <= 0) break;
      this.heads.delete(stream);
    }
  }
}
