import { Logger } from '@nestjs/common';
import type { Database } from '#connections';
import type { AttemptEvent } from '#domain';
import {
  fenceOf,
  isImported,
  type Lease,
  type LeaseOptions,
  outageLog,
  type RecordedEvent,
  Subscription,
  writableGenerationOf,
} from '#event-store';
import { type Dependencies, logNameOf, signersOf } from './checkpoint-signing.js';
import { signNote } from './signed-note.js';

export const submissionReceiptsName = 'submission receipts';
const log = new Logger(submissionReceiptsName);

type Submission = RecordedEvent<Extract<AttemptEvent, { type: 'AttemptSubmitted' }>>;

/** The text of a submission receipt. It has ids only. Its second line is no number, so it never reads as a checkpoint. */
export const receiptTextOf = ({ id, stream, version, hash, recordedAt, data, metadata }: Submission): string =>
  [
    'exam-proctoring/submission-receipt/v1',
    `attempt ${data.attemptId}`,
    `exam ${metadata.examId}`,
    `learner ${metadata.userId}`,
    `submitted ${data.completedAt}`,
    `because ${data.because}`,
    `event ${id}`,
    `stream ${stream} version ${version}`,
    `hash ${hash}`,
    `recorded ${recordedAt}`,
    'A signed checkpoint of this log will cover the event.',
    '',
  ].join('\n');

/**
 * Signs a receipt for each submission in the log, as a note of C2SP under the log's name, with the keys of its checkpoints.
 * Imported submissions have none, because this service did not take them.
 */
export class SubmissionReceipts {
  constructor(
    private readonly deps: Dependencies,
    private readonly options: Pick<LeaseOptions, 'leaseMs'> & { pollMs?: number } = {},
  ) {}

  /** Runs until `signal` aborts. Never rejects. */
  run(signal: AbortSignal): Promise<void> {
    const { leaseMs, pollMs = 1000 } = this.options;
    const subscription = new Subscription(this.deps.database, {
      name: submissionReceiptsName,
      ...{ leaseMs, pollMs },
      ...outageLog(
        log,
        { outage: 'Submission receipts wait', recovery: 'Submission receipts are signed again.' },
        (events, _, lease) => this.sign(events, lease),
      ),
    });
    return subscription.run(signal);
  }

  private async sign(events: readonly RecordedEvent[], lease: Lease): Promise<void> {
    const submissions = events.filter(
      (event): event is Submission => event.type === 'AttemptSubmitted' && !isImported(event),
    );
    if (submissions.length === 0) return;
    const { database, configuration } = this.deps;
    const { logId } = await writableGenerationOf(database);
    const signers = await signersOf(logNameOf(configuration, logId), this.deps);
    const receipts = submissions.map((submission) => signNote(receiptTextOf(submission), signers));
    await database.query(
      `insert into submission_receipts (event_id, receipt) select * from unnest($1::uuid[], $2::text[])
        where (select holds_lease($3, $4)) on conflict do nothing`,
      [submissions.map(({ id }) => id), receipts, ...fenceOf(lease)],
    );
  }
}

/** The receipt of a submission, by its event; undefined until the worker has signed it. */
export async function submissionReceipt(database: Database, eventId: string): Promise<string | undefined> {
  const text = 'select receipt from submission_receipts where event_id = $1';
  const { rows } = await database.read<{ receipt: string }>({ name: 'submission receipt', text, values: [eventId] });
  return rows[0]?.receipt;
}
