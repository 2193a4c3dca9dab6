import type { Decider } from '../decider.js';
import type { Event } from '../event.js';
import { Refusal } from '../refusal.js';

// These names and shapes are stored for ever. Add an optional field, or a new event; never rename.
export type LogKeyEvent =
  /** The Ed25519 key (32 bytes, base64) may sign the checkpoints of the Merkle log from now on. */
  | Event<'LogKeyIntroduced', { publicKey: string; at: string }>
  /** The key signs no more. Its earlier signatures stay valid. */
  | Event<'LogKeyRetired', { publicKey: string; at: string }>
  /** Nobody may trust what the key signs from this size of this tree on. */
  | Event<'LogKeyRevoked', { publicKey: string; tree: number; fromSize: number; reason: string; at: string }>;

type Data<Type extends LogKeyEvent['type']> = Extract<LogKeyEvent, { type: Type }>['data'];

export type LogKeyCommand =
  | { type: 'IntroduceLogKey'; data: Data<'LogKeyIntroduced'> }
  | { type: 'RetireLogKey'; data: Data<'LogKeyRetired'> }
  | { type: 'RevokeLogKey'; data: Data<'LogKeyRevoked'> };

type Place = { tree: number; fromSize: number };
type LogKey = { publicKey: string; signs: boolean; revoked?: Place };

/** The keys of the Merkle log, the oldest first. */
export type LogKeys = readonly LogKey[];

const existing = (keys: LogKeys, publicKey: string): LogKey => {
  const key = keys.find((each) => each.publicKey === publicKey);
  if (key) return key;
  throw new Refusal('log_key_not_found', `The log has no key ${publicKey}.`);
};

const isBefore = (one: Place, other: Place) =>
  one.tree < other.tree || (one.tree === other.tree && one.fromSize < other.fromSize);

const changed = (keys: LogKeys, publicKey: string, change: Partial<LogKey>): LogKeys =>
  keys.map((key) => (key.publicKey === publicKey ? { ...key, ...change } : key));

export const logKeys: Decider<LogKeys, LogKeyCommand, LogKeyEvent> = {
  initial: [],
  decide: {
    IntroduceLogKey: (keys, { data }) =>
      keys.some(({ publicKey }) => publicKey === data.publicKey) ? [] : [{ type: 'LogKeyIntroduced', data }],
    RetireLogKey: (keys, { data }) => {
      const key = existing(keys, data.publicKey);
      if (!key.signs) return [];
      if (keys.every((each) => each === key || !each.signs))
        throw new Refusal('last_log_key', 'This is the only key that signs: rotate the key first.');
      return [{ type: 'LogKeyRetired', data }];
    },
    RevokeLogKey: (keys, { data }) => {
      const { revoked } = existing(keys, data.publicKey);
      return revoked && !isBefore(data, revoked) ? [] : [{ type: 'LogKeyRevoked', data }];
    },
  },
  evolve: {
    LogKeyIntroduced: (keys, { data: { publicKey } }) => [...keys, { publicKey, signs: true }],
    LogKeyRetired: (keys, { data: { publicKey } }) => changed(keys, publicKey, { signs: false }),
    LogKeyRevoked: (keys, { data: { publicKey, tree, fromSize } }) =>
      changed(keys, publicKey, { signs: false, revoked: { tree, fromSize } }),
  },
};

/** The keys whose signatures count at this size of this tree. */
export const trustedLogKeys = (keys: LogKeys, tree: number, size: number): string[] =>
  keys.flatMap(({ publicKey, revoked }) =>
    revoked && !isBefore({ tree, fromSize: size }, revoked) ? [] : [publicKey],
  );
