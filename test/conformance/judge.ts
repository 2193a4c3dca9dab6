import { type Difference, divergesUnseen } from './differences.js';
import type { Exchange, World } from './world.js';

export type Judgement = {
  right: boolean;
  /** The states of the two are not the same from now on, so all later answers may differ. */
  diverged: boolean;
};

/** Judges answers and counts them. `accepted`: the differences that count as right. */
export class Judge {
  passed = 0;
  failed = 0;
  private readonly used = new Set<Difference>();

  constructor(private readonly accepted: Difference[]) {}

  /** An answer is right if it equals the reference's, or if a difference explains each differing line. */
  assess(exchange: Exchange, world: World): Judgement {
    const { history } = world;
    const found = exchange.mismatches.map((line) =>
      this.accepted.find((difference) => difference.explains(line, exchange, history)),
    );
    for (const difference of found) if (difference) this.used.add(difference);
    const diverged =
      this.accepted.length > 0 &&
      (divergesUnseen(exchange) || found.some((difference) => difference?.diverges?.(exchange)));
    if (diverged) world.divergedAt = Math.min(world.divergedAt, exchange.at);
    return {
      right: !found.includes(undefined),
      diverged,
    };
  }

  count(right: boolean) {
    if (right) this.passed++;
    else this.failed++;
  }

  /** Differences that did not occur: the service no longer has them, or the test no longer covers them. */
  get unused(): Difference[] {
    return this.accepted.filter((difference) => !this.used.has(difference));
  }
}

/** A wrong answer as text for people. */
export function explain({ request, reference, ours, mismatches }: Exchange): string {
  const show = ({ status, type, body }: Exchange['reference']) =>
    `${status} ${type ?? ''} ${shorten(JSON.stringify(body) ?? '')}`;
  return [
    request,
    `  reference: ${show(reference)}`,
    `  service:   ${show(ours)}`,
    ...mismatches.map((line) => `  - ${line}`),
  ].join('\n');
}

const shorten = (text: string) => (text.length > 1500 ? `${text.slice(0, 1500)}…` : text);
