import { replay } from '#event-store';
import type { Bench } from './bench.js';
import { readByCopy } from './copied.js';
import { openFilled } from './filled.js';
import type { Section } from './report.js';
import { inTurn, ratios } from './rounds.js';

/** Reads the whole log by the event store and by COPY BINARY. */
export async function replaying({ effort: { rounds, replayed }, say }: Bench): Promise<Section> {
  const { database, events, close } = await openFilled(replayed, say);
  try {
    const measure = (read: () => Promise<number>) => async () => {
      const begin = performance.now();
      const count = await read();
      if (count !== events) throw new Error(`${count} events were read of ${events}`);
      return count / ((performance.now() - begin) / 1000);
    };
    const { store, copy } = await inTurn(rounds, {
      store: measure(async () => {
        let count = 0;
        for await (const batch of replay(database.pool)) count += batch.length;
        return count;
      }),
      copy: measure(() => readByCopy(database.owner)),
    });
    return {
      title: 'b. Replay',
      setting: `${events.toLocaleString('en-US')} events, read to the end in the log's order by one reader. COPY BINARY decodes the same columns of the same rows into plain values and parses the JSON, and checks nothing.`,
      tables: [
        {
          unit: 'events/s',
          lines: [
            { who: '`replay`', values: store },
            { who: 'COPY BINARY decoded', values: copy },
          ],
        },
      ],
      bars: [{ what: 'replay, of COPY BINARY decoded', ratios: ratios(store, copy), atLeast: 0.6 }],
    };
  } finally {
    await close();
  }
}
