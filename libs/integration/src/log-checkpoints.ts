import { beginning } from '#event-store';
import { withGrace } from './kafka.js';
import { derivedId, type Message } from './messages.js';
import { Publisher, type PublisherConfiguration } from './publisher.js';
import { logCheckpointTopic } from './topic-settings.js';

/** A signed checkpoint of the Merkle log. `note` is its text with all signatures. */
export type LogCheckpoint = { origin: string; size: number; note: string };

/** The namespace of X.500 names in RFC 9562. The same note always has the same id. */
const namespace = '6ba7b814-9dad-11d1-80b4-00c04fd430c8';

export const logCheckpointMessage = ({ origin, size, note }: LogCheckpoint): Message => ({
  topic: logCheckpointTopic,
  key: origin,
  headers: {
    'content-type': 'application/json',
    ce_id: derivedId(note, namespace),
    ce_type: 'org.proctoring.log.checkpoint.witnessed.v1',
    ce_source: '/exam-proctoring',
    ce_specversion: '1.0',
    ce_subject: origin,
  },
  value: JSON.stringify({ origin, size, note }),
});

/** Publishes signed checkpoints to Kafka. One may come again after a restart. */
export class LogCheckpoints {
  private readonly publisher: Publisher;
  private published?: string;
  private sending: Promise<void> = Promise.resolve();

  constructor(configuration: PublisherConfiguration) {
    this.publisher = new Publisher(configuration, [logCheckpointTopic]);
  }

  async publish(checkpoint: LogCheckpoint, signal: AbortSignal): Promise<void> {
    if (signal.aborted || checkpoint.note === this.published) return;
    this.sending = this.publisher.publish([logCheckpointMessage(checkpoint)], beginning, async () => {});
    await withGrace(this.sending, signal);
    this.published = checkpoint.note;
  }

  /** A message on its way arrives first: kafkajs would connect again for it. */
  async close(): Promise<void> {
    await withGrace(this.sending, AbortSignal.abort()).catch(() => {});
    await this.publisher.close();
  }
}
