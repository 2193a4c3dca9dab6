import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import { type Configuration, mailSenderOf } from '#configuration';
import type { Database } from '#connections';
import {
  deadLetters,
  fenceOf,
  forEachStream,
  isCausedByEvent,
  type Lag,
  type Lease,
  type LeaseOptions,
  lagOf,
  outageLog,
  type RecordedEvent,
  RetryInProgress,
  retryDeadLetters,
  Subscription,
  type SubscriptionOptions,
  Undeliverable,
} from '#event-store';
import { mailOf, templateOf } from './mails.js';
import { Templates } from './templates.js';

/** The mailer's name among the log's followers. */
export const mailerName = 'mail';

/** How far the mailer is behind. Before its first run nothing waits for it. */
export async function mailLag(database: Database): Promise<Lag> {
  const { rowCount } = await database.query('select from checkpoints where name = $1', [mailerName]);
  return rowCount === 0 ? { events: 0, oldestSeconds: 0, deadLetters: 0 } : lagOf(database, mailerName);
}

const log = new Logger(mailerName);
/** Mails at the same time. */
const lanes = 4;
const putOff = 'put off by the mail server';
const timeouts = { dnsTimeout: 10_000, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };
/** For a mail as a whole, also when the server answers byte by byte. */
const wholeMs = 60_000;

type Failure = Error & { code?: string; command?: string; response?: string; responseCode?: number };
type Outcome = 'sent' | 'no_address';

/**
 * Sends the mails that the log's events lead to, at least once each; what was sent is recorded and not sent again. While
 * the server is away all waits. A mail that it refuses is a dead letter; a mail that it puts off is a dead letter that
 * `retryPutOff` sends later.
 */
export class Mailer {
  private readonly templates: Templates;

  /** Throws one line when MAIL_TEMPLATES is wrong. */
  constructor(
    private readonly around: { database: Database; configuration: Configuration },
    private readonly options: Pick<LeaseOptions, 'leaseMs'> & { pollMs?: number } = {},
  ) {
    const { mailTemplates, settings } = around.configuration;
    this.templates = new Templates(mailTemplates, Object.keys(settings.backends));
  }

  /**
   * Until `signal`. Never rejects. Without SMTP_URL it sends nothing. The first time that there is one, it begins with what
   * happens from then on; if there is none later, all waits in the log.
   */
  async run(signal: AbortSignal): Promise<void> {
    if (!this.around.configuration.smtpUrl) return;
    const follower = new Subscription(this.around.database, {
      name: mailerName,
      startsNow: true,
      pollMs: this.options.pollMs,
      leaseMs: this.options.leaseMs,
      ...outageLog(
        log,
        { outage: 'Mails wait, for they cannot be sent', recovery: 'Mails are sent again.' },
        (events, signal, lease) => this.handle(events, signal, lease),
      ),
    });
    await follower.run(signal);
  }

  /** Throws Undeliverable for a mail that the server does not take, and the outage where it takes none. */
  async handle(events: readonly RecordedEvent[], signal?: AbortSignal, lease?: Lease): Promise<void> {
    const { rows } = await this.around.database.query<{ event_id: string }>(
      'select event_id from mails where event_id = any($1)',
      [events.map(({ id }) => id)],
    );
    const done = new Set(rows.map(({ event_id }) => event_id));
    let outage: unknown;
    const send = async (event: RecordedEvent) => {
      if (outage) throw outage; // not once more for every learner
      await this.send(event, lease).catch((error) => {
        if (!(error instanceof Undeliverable || isCausedByEvent(error))) outage = error;
        throw error;
      });
    };
    await forEachStream(
      events.filter(({ id }) => !done.has(id)),
      lanes,
      send,
      signal,
      lease,
    );
  }

  /** Sends once more what the server put off. Throws the outage. */
  async retryPutOff(signal?: AbortSignal): Promise<void> {
    const { database, configuration } = this.around;
    if (!configuration.smtpUrl) return;
    const reasons = new Map<string, string>();
    for (const { learner, reason } of await deadLetters(database, mailerName))
      if (!reasons.has(learner)) reasons.set(learner, reason);
    for (const [learner, reason] of reasons) {
      if (!reason.startsWith(putOff)) continue;
      signal?.throwIfAborted();
      const handle: SubscriptionOptions['handle'] = (...args) => this.handle(...args);
      await retryDeadLetters(database, mailerName, learner, handle).catch((error) => {
        if (!(error instanceof Undeliverable || error instanceof RetryInProgress)) throw error;
      });
    }
  }

  private async send(event: RecordedEvent, lease?: Lease): Promise<void> {
    const template = templateOf(event);
    if (!template) return;
    const letter = await mailOf(event, template, this.around);
    if (letter.to === '') return this.record(event, 'no_address', lease);
    const { smtpUrl, settings } = this.around.configuration;
    if (!smtpUrl) throw new Error('Without SMTP_URL nothing is sent.');
    const from = mailSenderOf(settings)!;
    try {
      const transport = createTransport({ url: smtpUrl, ...timeouts });
      transport.use('stream', ({ message }, done) => {
        message.processFunc((content) => Readable.from(whileHeld(content, lease)));
        done();
      });
      const sent = transport.sendMail({
        ...this.templates.render(template, letter.provider, letter.fields),
        from,
        to: { name: '', address: letter.to },
        // The same each time: should the record below be lost, the second copy can be told from a second mail.
        messageId: `<${event.id}@${/@([^\s>]+)/.exec(from)![1]}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      await withinTime(sent);
    } catch (error) {
      const reason = refusalIn(error as Failure);
      if (reason !== undefined) throw new Undeliverable(event, reason);
      throw new Error(outageIn(error as Failure));
    }
    await this.record(event, 'sent', lease);
  }

  private async record(event: RecordedEvent, outcome: Outcome, lease?: Lease): Promise<void> {
    if (outcome !== 'sent') log.warn({ message: `A mail is not sent: ${outcome}`, event: event.id, ...event.metadata });
    await this.around.database.query(
      'insert into mails (event_id, outcome) select $1, $2 where holds_lease($3, $4) on conflict do nothing',
      [event.id, outcome, ...fenceOf(lease)],
    );
  }
}

/** The server asks for the content at the end of its dialogue: a leader that was frozen meanwhile does not send it. */
async function* whileHeld(content: AsyncIterable<Buffer>, lease?: Lease) {
  lease?.check();
  yield* content;
  lease?.check();
}

async function withinTime(sent: Promise<unknown>): Promise<void> {
  sent.catch(() => {}); // Perhaps too late.
  const ended = new AbortController();
  const isOver = pause(wholeMs, undefined, { signal: ended.signal, ref: false }).then(() => {
    throw new Error('The mail server takes too long.');
  });
  await Promise.race([sent, isOver]).finally(() => ended.abort());
}

/** Why the server does not take this mail; undefined where the failure concerns all mail (login, sender, connection). */
function refusalIn({ code, command, response = '', responseCode = 0 }: Failure): string | undefined {
  if (code === 'EENVELOPE' && command === 'API') return 'the address is not one that mail can be sent to';
  if ((command !== 'RCPT TO' && command !== 'DATA') || responseCode === 421) return undefined;
  if (responseCode >= 500) return `refused by the mail server: ${codesIn(response)}`;
  return responseCode >= 400 ? `${putOff}: ${codesIn(response)}` : undefined;
}

/** Why no mail can be sent now. */
const outageIn = ({ code, response, message }: Failure): string =>
  response ? `The mail server answered ${codesIn(response)} (${code}).` : withoutAddresses(message);

/** Reasons are kept and logged, and outlive a learner's retirement. The words of an answer may name people; its codes do not. */
const codesIn = (response: string): string =>
  /^\d{3}([ -]\d\.\d{1,3}\.\d{1,3})?/.exec(response)?.[0] ?? 'without a code';

const withoutAddresses = (text: string) => text.replace(/[^\s<>"]+@[^\s<>"]+/g, '…');
