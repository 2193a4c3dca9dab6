import type { RecordedEvent } from '#event-store';

export type Logged = Pick<
  RecordedEvent,
  'generation' | 'hash' | 'id' | 'position' | 'recordedAt' | 'stream' | 'version' | 'xid'
>;

/** The leaf of an event: the RFC 8785 form of its place, time and hash. The hash covers the rest of the event. */
export const leafOf = ({ generation, hash, id, position, recordedAt, stream, version, xid }: Logged): string =>
  `{"generation":${generation},"hash":"${hash}","id":"${id}","position":"${position}","recordedAt":"${recordedAt}",` +
  `"stream":${JSON.stringify(stream)},"version":${version},"xid":"${xid}"}`;

/** How a tree follows an earlier tree of the same log: they have the first events in common, up to leaf `commonSize`. */
export type FormerTree = { commonSize: number; formerRoot: string; formerSize: number; formerTree: number };

/** The first leaf of a tree, in RFC 8785 form. The root of the former tree is base64. */
export const firstLeafOf = (logId: string, tree: number, former?: FormerTree): string =>
  JSON.stringify({
    begins: former
      ? {
          commonSize: former.commonSize,
          formerRoot: former.formerRoot,
          formerSize: former.formerSize,
          formerTree: former.formerTree,
          logId,
          tree,
        }
      : { logId, tree },
  });
