import type { Type } from 'avsc';

/** Confluent's wire format: a zero, the id of the schema in four bytes, and Avro. */
export const pack = (schemaId: number, type: Type, value: unknown): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(schemaId, 1);
  return Buffer.concat([head, type.toBuffer(value)]);
};

/** The parts of a message; undefined when it is not in that format. */
export const unpack = (message: Buffer | null): { schemaId: number; avro: Buffer } | undefined =>
  message && message.length > 5 && message[0] === 0
    ? { schemaId: message.readUInt32BE(1), avro: message.subarray(5) }
    : undefined;
