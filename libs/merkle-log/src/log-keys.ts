import { v7 as uuid } from 'uuid';
import {
  type Actor,
  decide,
  fold,
  type LogKeyCommand,
  type LogKeyEvent,
  type LogKeys,
  logKeys,
  trustedLogKeys,
} from '#domain';
import { type EventStore, type RecordedEvent, UnknownEvent } from '#event-store';
import { type Verifier, verifierOf, vkeyOf } from './signed-note.js';

/** The stream with the public keys of the Merkle log. */
export const logKeysStream = 'log-keys';

const keysIn = (history: readonly RecordedEvent[]): LogKeys =>
  fold(logKeys, history as readonly RecordedEvent<LogKeyEvent>[]);

export const readLogKeys = async (events: EventStore): Promise<LogKeys> => keysIn(await events.read(logKeysStream));

/** For a verification. If somebody changed the stream so that it cannot be read, no key counts and `problem` says why. */
export async function logKeysOrProblem(events: EventStore): Promise<{ keys: LogKeys; problem?: string }> {
  try {
    return { keys: await readLogKeys(events) };
  } catch (error) {
    if (!(error instanceof UnknownEvent || error instanceof TypeError)) throw error;
    return { keys: [], problem: `The keys of the log cannot be read: ${error.message}` };
  }
}

/** @throws Refusal */
export async function changeLogKeys(
  events: EventStore,
  command: LogKeyCommand,
  metadata: { actor: Actor; requestId?: string },
): Promise<void> {
  await events.transact({ streams: [logKeysStream], metadata: { commandId: uuid(), ...metadata } }, (historyOf) => ({
    appends: [{ stream: logKeysStream, events: decide(logKeys, keysIn(historyOf(logKeysStream)), command) }],
    answer: undefined,
  }));
}

/** The verifiers of the keys whose signatures count at this size of this tree. */
export const logVerifiers = (keys: LogKeys, origin: string, tree: number, size: number): Verifier[] =>
  trustedLogKeys(keys, tree, size).map((key) => verifierOf(vkeyOf(origin, Buffer.from(key, 'base64'))));
