import { type Difference, differences, partsWays } from './differences.js';
import type { Exchange, World } from './world.js';

export type Verdict = {
  right: boolean;
  /** From here on the two may differ in everything: their states are no longer the same. */
  parted: boolean;
};

/** Judges answers and counts. `meant`: the differences that count as right. */
export class Judge {
  passed = 0;
  failed = 0;
  private readonly used = new Set<Difference>();

  constructor(private readonly meant: Difference[] = differences) {}

  /** The service's answer is the reference's, or each line of what differs is as it is meant to be. */
  verdictOn(exchange: Exchange, world: World): Verdict {
    const { history } = world;
    const found = exchange.mismatches.map((line) =>
      this.meant.find((difference) => difference.explains(line, exchange, history)),
    );
    for (const difference of found) if (difference) this.used.add(difference);
    const parted =
      this.meant.length > 0 && (partsWays(exchange) || found.some((difference) => difference?.parts?.(exchange)));
    if (parted) world.partedAt = Math.min(world.partedAt, exchange.at);
    return {
      right: !found.includes(undefined),
      parted,
    };
  }

  count(right: boolean) {
    if (right) this.passed++;
    else this.failed++;
  }

  /** Differences that nothing showed: the service no longer has them, or the test no longer looks. */
  get unused(): Difference[] {
    return this.meant.filter((difference) => !this.used.has(difference));
  }
}

/** A wrong answer, as a person wants to see it. */
export function explain({ request, oracle, ours, mismatches }: Exchange): string {
  const show = ({ status, type, body }: Exchange['oracle']) =>
    `${status} ${type ?? ''} ${shorten(JSON.stringify(body) ?? '')}`;
  return [
    request,
    `  reference: ${show(oracle)}`,
    `  service:   ${show(ours)}`,
    ...mismatches.map((line) => `  - ${line}`),
  ].join('\n');
}

const shorten = (text: string) => (text.length > 1500 ? `${text.slice(0, 1500)}…` : text);
