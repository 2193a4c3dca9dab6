// Replaces parts of kafkajs that are not public (ADR 26); its version is pinned.

import { setTimeout as pause } from 'node:timers/promises';
// @ts-expect-error: without types
import Broker from 'kafkajs/src/broker/index.js';
// @ts-expect-error: without types
import Cluster from 'kafkajs/src/cluster/index.js';
// @ts-expect-error: without types
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
// @ts-expect-error: without types
import Encoder from 'kafkajs/src/protocol/encoder.js';

const ofTransactions = 1;

/**
 * The package asks who coordinates before each step of a transaction, though that changes only when a broker goes. Here it
 * asks once in a second; so much later it notices a change. Each producer has a cluster, and a coordinator, of its own.
 */
const coordinators = new WeakMap<object, { broker: Promise<unknown>; askedAt: number }>();
const rememberedMs = 1000;
const ask: (params: { coordinatorType?: number }) => Promise<unknown> = Cluster.prototype.findGroupCoordinator;
Cluster.prototype.findGroupCoordinator = function (params: { coordinatorType?: number }) {
  if (params.coordinatorType !== ofTransactions) return ask.call(this, params);
  const known = coordinators.get(this);
  if (known && performance.now() - known.askedAt < rememberedMs) return known.broker;
  const broker = ask.call(this, params);
  coordinators.set(this, { broker, askedAt: performance.now() });
  broker.catch(() => coordinators.delete(this));
  return broker;
};

/**
 * Kafka refuses partitions while it still writes down the end of the producer's last transaction: for a few milliseconds,
 * mostly. The package then begins the whole send anew. Here only this is asked again, for four seconds at most.
 */
const add: (request: object) => Promise<unknown> = Broker.prototype.addPartitionsToTxn;
Broker.prototype.addPartitionsToTxn = async function (request: object) {
  for (let waitMs = 1; ; waitMs *= 2) {
    try {
      return await add.call(this, request);
    } catch (error) {
      if ((error as { type?: string }).type !== 'CONCURRENT_TRANSACTIONS' || waitMs > 2048) throw error;
      await pause(waitMs);
    }
  }
};

/**
 * The package sets a timer of a millisecond again and again on each connection, also when no request waits. Node 24 warns,
 * because the time that it asks for is negative. Here the timer runs only while a request waits.
 */
const schedule: () => void = RequestQueue.prototype.scheduleCheckPendingRequests;
RequestQueue.prototype.scheduleCheckPendingRequests = function () {
  if (this.pending.length > 0) schedule.call(this);
};

/**
 * The package writes each header of each message into 512 zeroed bytes of their own, each number into an array, and each
 * text by a call out of JavaScript: two thirds of the time that it takes to send. Here bytes are taken when there is something
 * to write, and what is short is written one by one.
 */
type Written = {
  buf: Buffer;
  offset: number;
  ensureAvailable(bytes: number): void;
  writeEncoder(one: Written): void;
};
const unasked = 511; // what it makes room for when nobody says how much
const least = 64;
const short = 63; // the length of these takes one byte
const roomFor: (bytes: number) => number = Encoder.nextPowerOfTwo;
Encoder.nextPowerOfTwo = (bytes: number) => (bytes === unasked ? 0 : roomFor(bytes));
Object.assign(Encoder.prototype, {
  ensureAvailable(this: Written, bytes: number) {
    const needed = this.offset + bytes;
    if (needed <= this.buf.length) return;
    const larger = Buffer.allocUnsafe(Math.max(least, roomFor(needed)));
    if (this.offset > 0) this.buf.copy(larger, 0, 0, this.offset);
    this.buf = larger;
  },
  writeUVarInt(this: Written, value: number) {
    this.ensureAvailable(5);
    let left = value >>> 0;
    for (; left > 127; left >>>= 7) this.buf[this.offset++] = (left & 127) | 128;
    this.buf[this.offset++] = left;
    return this;
  },
  writeEncoder(this: Written, { buf, offset }: Written) {
    this.ensureAvailable(offset);
    if (offset > short) buf.copy(this.buf, this.offset, 0, offset);
    else for (let at = 0; at < offset; at++) this.buf[this.offset + at] = buf[at]!;
    this.offset += offset;
    return this;
  },
  writeEncoderArray(this: Written, each: Written[]) {
    for (const one of each) this.writeEncoder(one);
    return this;
  },
  writeVarIntString: unlessShort(Encoder.prototype.writeVarIntString),
  writeVarIntBytes: unlessShort(Encoder.prototype.writeVarIntBytes),
});

/** Writes short ASCII, and leaves the rest to the package. */
function unlessShort(write: (value: unknown) => Written) {
  return function (this: Written, value: unknown) {
    if (typeof value !== 'string' || value.length > short) return write.call(this, value);
    this.ensureAvailable(1 + value.length);
    const { buf, offset } = this;
    buf[offset] = 2 * value.length;
    for (let at = 0; at < value.length; at++) {
      const code = value.charCodeAt(at);
      if (code > 127) return write.call(this, value);
      buf[offset + 1 + at] = code;
    }
    this.offset += 1 + value.length;
    return this;
  };
}
