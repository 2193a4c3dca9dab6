import { readFileSync } from 'node:fs';
import { readAccessLog } from '#access-log';
import { eventsOfAttempt } from '#audit';
import type { Database } from '#connections';
import { type Attempt, evolveAttempt, isAttemptEvent } from '#domain';
import type { EventStore, RecordedEvent } from '#event-store';
import { leafOf, logKeysStream, type WitnessPolicy } from '#merkle-log';
import { columnsOf } from '#read-models';
import { type CoveredStream, coveredStream, eventTexts } from './covered-events.js';
import { recordedDeliveries } from './deliveries.js';
import { type Disclosure, disclosuresOf, type Learner } from './disclosures.js';
import { type TimelineDocument, timelineHtml } from './timeline-document.js';
import { timelinePdf } from './timeline-pdf.js';
import { timelineRows } from './timeline-rows.js';
import { type BundleFiles, withSums, zipOf } from './zip.js';

/** `policy` says which checkpoints are witnessed. */
type Dependencies = { database: Database; events: EventStore; policy: WitnessPolicy };
type Asked = Learner & { attemptId: number; stream: string; withPersonalData?: boolean };

/**
 * The evidence about an attempt as a zip: the same bytes for the same signed checkpoint. Undefined while no signed checkpoint
 * covers the attempt.
 */
export async function evidenceBundle(deps: Dependencies, asked: Asked): Promise<Buffer | undefined> {
  const found = await coveredEventsOf(deps, asked);
  return found && zipOf(withSums(await filesOf(deps.database, asked, found.covered, found.own)));
}

/** The timeline of the bundle alone, as PDF, without decrypted texts. Undefined while no signed checkpoint covers the attempt. */
export async function evidenceTimeline(deps: Dependencies, asked: Asked): Promise<Buffer | undefined> {
  const found = await coveredEventsOf(deps, asked);
  return found && timelinePdf(timelineOf(asked, found.covered, found.own, []));
}

/** The stream up to the signed checkpoint, and the events of the attempt in it. Undefined if there are none yet. */
async function coveredEventsOf({ database, events, policy }: Dependencies, { attemptId, stream }: Asked) {
  const covered = await coveredStream(database, policy, stream);
  if (!covered) return undefined;
  const history = (await events.readUpTo(new Map([[stream, covered.events.length]]))).get(stream) ?? [];
  const own = eventsOfAttempt(attemptId, history);
  return own.length === 0 ? undefined : { covered, own };
}

async function filesOf(
  database: Database,
  asked: Asked,
  covered: CoveredStream,
  own: readonly RecordedEvent[],
): Promise<BundleFiles> {
  const { checkpoint, signedAt, events, proofs } = covered;
  const { attemptId, withPersonalData } = asked;
  const disclosures = withPersonalData ? await disclosuresOf(database, asked, events) : [];
  const keys = (await eventTexts(database, logKeysStream)).filter(({ recordedAt }) => recordedAt <= signedAt);
  const timeline = timelineOf(asked, covered, own, disclosures);
  const texts = {
    'README.txt': readme,
    'access.ndjson': ndjson(await accessesUntil(database, attemptId, signedAt)),
    'checkpoint.txt': checkpoint.note,
    'deliveries.ndjson': ndjson(await recordedDeliveries(database, own, signedAt)),
    'events.ndjson': lines(events.map(({ hashed }) => hashed)),
    'keys.ndjson': lines(keys.map(({ hashed }) => hashed)),
    'leaves.ndjson': lines(events.map(leafOf)),
    'states.ndjson': ndjson(statesOf(own)),
    'timeline.html': timelineHtml(timeline),
    'verify.mjs': readFileSync(new URL('verify.mjs', import.meta.url), 'utf8'),
    ...(withPersonalData && { 'personal.ndjson': ndjson(disclosures) }),
    ...Object.fromEntries(events.map(({ version }, index) => [`proofs/${version}.txt`, proofs[index]!])),
  };
  return new Map([
    ...Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)] as const),
    ['timeline.pdf', await timelinePdf(timeline)],
  ]);
}

const timelineOf = (
  { attemptId, examId, userId }: Asked,
  { checkpoint, signedAt, events }: CoveredStream,
  own: readonly RecordedEvent[],
  disclosures: readonly Disclosure[],
): TimelineDocument => ({
  title: `What happened in attempt ${attemptId}`,
  facts: [
    `Exam ${examId}, learner ${userId}. The service made this list from the ${events.length} events of the learner ` +
      `at this exam that were in its log when it signed a checkpoint of the log at ${signedAt}.`,
    `README.txt says how to verify the events. The log is ${checkpoint.head.origin}.`,
  ],
  rows: timelineRows(attemptId, own, disclosures),
});

const lines = (texts: readonly string[]) => texts.map((text) => `${text}\n`).join('');
const ndjson = (rows: readonly object[]) => lines(rows.map((row) => JSON.stringify(row)));

function statesOf(own: readonly RecordedEvent[]) {
  let attempt: Attempt | undefined;
  return own.map((event) => {
    if (isAttemptEvent(event)) attempt = evolveAttempt(attempt, event);
    return { version: event.version, state: attempt ? columnsOf(attempt) : null };
  });
}

async function accessesUntil(database: Database, attemptId: number, until: string) {
  const accesses: object[] = [];
  for await (const rows of readAccessLog(database, { object: `attempt:${attemptId}`, until })) accesses.push(...rows);
  return accesses;
}

const readme = `Evidence about one attempt at an exam

timeline.html, timeline.pdf  what happened, for people
events.ndjson      the events of the learner at this exam, one a line. The hash of an event is the SHA-256 of its line.
                   "previous" is the hash of the line before.
leaves.ndjson      the leaf of each event in the Merkle tree of the log
proofs/N.txt       the proof that the leaf of event N is in the tree (C2SP tlog-proof)
checkpoint.txt     the signed checkpoint of the tree (C2SP tlog-checkpoint)
keys.ndjson        the public keys of the log, and which were retired or revoked, up to the checkpoint
states.ndjson      the attempt after each of its events
deliveries.ndjson  the messages, mails and notifications of providers about the attempt, up to the checkpoint
access.ndjson      the entries of the access log about the attempt, up to the checkpoint
personal.ndjson    decrypted texts, if they were asked for
SHA256SUMS         the digests of all files

To verify, install Node (20 or newer) and run in this folder:

    node verify.mjs --key PUBLIC_KEY --witness VERIFIER_KEY

PUBLIC_KEY is the key that the operator of the service published, VERIFIER_KEY is that of a witness that you trust. Both are
optional. The verifier needs no network.
Proved: the events, their order and their place in the log that the checkpoint signs.
Not proved: the timeline, the states, the deliveries and the access log are statements of the service. Compare the digest that the
verifier prints with that of another copy: all bundles for one checkpoint have the same bytes.
`;
