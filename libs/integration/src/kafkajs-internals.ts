// Replaces parts of kafkajs that are not public (ADR 26); its version is pinned.

import { setTimeout as pause } from 'node:timers/promises';
// @ts-expect-error: without types
import Broker from 'kafkajs/src/broker/index.js';
// @ts-expect-error: without types
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
// @ts-expect-error: without types
import Encoder from 'kafkajs/src/protocol/encoder.js';

/**
 * Kafka refuses partitions while it still records the end of the producer's last transaction, usually for a few
 * milliseconds. kafkajs then restarts the whole send. Here only this request is retried, for at most four seconds.
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
 * kafkajs sets a timer on each connection every millisecond, even when no request is pending. Node 24 warns, because the
 * timer's delay is negative. Here the timer runs only while a request is pending.
 */
const schedule: () => void = RequestQueue.prototype.scheduleCheckPendingRequests;
RequestQueue.prototype.scheduleCheckPendingRequests = function () {
  if (this.pending.length > 0) schedule.call(this);
};

/**
 * kafkajs writes each message header into its own 512 zeroed bytes, each number into an array, and each text by a native
 * call. That is two thirds of the time of a send. Here a buffer is allocated at the first write, and short texts are written
 * in JavaScript, byte by byte.
 */
type Written = {
  buf: Buffer;
  offset: number;
  ensureAvailable(bytes: number): void;
  writeEncoder(one: Written): void;
};
const defaultSize = 511; // the size that kafkajs asks for when none is given
const minSize = 64;
const maxShort = 63; // the length of such a text takes one byte
const roomFor: (bytes: number) => number = Encoder.nextPowerOfTwo;
Encoder.nextPowerOfTwo = (bytes: number) => (bytes === defaultSize ? 0 : roomFor(bytes));
Object.assign(Encoder.prototype, {
  ensureAvailable(this: Written, bytes: number) {
    const needed = this.offset + bytes;
    if (needed <= this.buf.length) return;
    const larger = Buffer.allocUnsafe(Math.max(minSize, roomFor(needed)));
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
    if (offset > maxShort) buf.copy(this.buf, this.offset, 0, offset);
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

/** Writes short ASCII texts, and leaves all others to kafkajs. */
function unlessShort(write: (value: unknown) => Written) {
  return function (this: Written, value: unknown) {
    if (typeof value !== 'string' || value.length > maxShort) return write.call(this, value);
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
