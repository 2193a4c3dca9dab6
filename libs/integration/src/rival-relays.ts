import { setTimeout as pause } from 'node:timers/promises';
import { CannotLead } from '#event-store';
import type { ReadPosition } from './publisher.js';

/** The relay that wrote a position, and the database server that it reads. */
export type Author = { server: string; relay: string };

/**
 * Checks whether a relay of another server publishes this log, before this relay fences it off. A copy that was restored
 * beside the original must not take over from it.
 */
export class RivalRelays {
  private heard?: { server: string; offset: string; since: number };

  /** `position` reads the newest position in Kafka and fences no relay off. A rival without heartbeat counts as gone after `rivalTimeoutMs`. */
  constructor(
    private readonly position: () => Promise<ReadPosition | undefined>,
    private readonly rivalTimeoutMs: number,
  ) {}

  /** Resolves when no relay of another server writes. Throws CannotLead when one does. */
  async checkAbsent({ server, relay }: Author, signal?: AbortSignal): Promise<void> {
    for (;;) {
      const last = await this.position();
      if (!last?.server || last.server === server || last.relay === relay) return;
      const isHeartbeat = this.heard?.server === last.server && this.heard.offset !== last.offset;
      if (this.heard?.offset !== last.offset)
        this.heard = { server: last.server, offset: last.offset, since: performance.now() };
      if (isHeartbeat)
        throw new CannotLead(
          `The relay of another database server (${last.server}) publishes this log, so this one (${server}) publishes ` +
            'nothing. Stop one of the two: one of the servers is a copy.',
        );
      const leftMs = this.rivalTimeoutMs - (performance.now() - this.heard!.since);
      if (leftMs <= 0) return;
      await pause(Math.min(leftMs, this.rivalTimeoutMs / 10), undefined, { signal });
    }
  }
}
