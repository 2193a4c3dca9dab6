import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import { type Configuration, mailSenderOf } from '#configuration';
import type { Database } from '#connections';
import { releases } from '#domain';
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

/** The name of the mailer's subscription. */
export const mailerName = 'mail';

/** The lag of the mailer. It is 0 before its first run. */
export async function mailLag(database: Database): Promise<Lag> {
  const { rowCount } = await database.query('select from checkpoints where name = $1', [mailerName]);
  return rowCount === 0 ? { events: 0, oldestSeconds: 0, deadLetters: 0 } : lagOf(database, mailerName);
}

const log = new Logger(mailerName);
/** How many mails are sent at the same time. */
const concurrency = 4;
const deferred = 'put off by the mail server';
const timeouts = { dnsTimeout: 10_000, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };
/** The limit for a whole mail, even when the server answers byte by byte. */
const mailTimeoutMs = 60_000;

type Failure = Error & { code?: string; command?: string; response?: string; responseCode?: number };
type Outcome = 'sent' | 'no_address';

/**
 * Sends the mails of the log's events, at least once each. It records each mail and does not repeat it. While the mail
 * server is unreachable, mails wait. A mail that the server refuses or defers becomes a dead letter; `retryDeferred` sends
 * deferred mails later.
 */
export class Mailer {
  private readonly templates: Templates;

  /** Throws an error of one line when MAIL_TEMPLATES is wrong. */
  constructor(
    private readonly deps: { database: Database; configuration: Configuration },
    private readonly options: Pick<LeaseOptions, 'leaseMs'> & { pollMs?: number } = {},
  ) {
    const { mailTemplates, settings, referenceRelease } = deps.configuration;
    this.templates = new Templates(mailTemplates, Object.keys(settings.backends), releases[referenceRelease]);
  }

  /**
   * Runs until `signal` aborts. Never rejects. Without SMTP_URL it sends nothing. The first run with SMTP_URL begins with
   * the events from then on. Later, mails wait in the log while SMTP_URL is missing.
   */
  async run(signal: AbortSignal): Promise<void> {
    if (!this.deps.configuration.smtpUrl) return;
    const subscription = new Subscription(this.deps.database, {
      name: mailerName,
      startsNow: true,
      ...this.options,
      ...outageLog(
        log,
        { outage: 'Sending mail is paused', recovery: 'Mail is sent again.' },
        (events, signal, lease) => this.handle(events, signal, lease),
      ),
    });
    await subscription.run(signal);
  }

  /** Throws Undeliverable for a mail that the server refuses or defers, and the outage when it accepts no mail. */
  async handle(events: readonly RecordedEvent[], signal?: AbortSignal, lease?: Lease): Promise<void> {
    const { rows } = await this.deps.database.query<{ event_id: string }>(
      'select event_id from mails where event_id = any($1)',
      [events.map(({ id }) => id)],
    );
    const done = new Set(rows.map(({ event_id }) => event_id));
    let outage: unknown;
    const send = async (event: RecordedEvent) => {
      if (outage) throw outage; // do not try again for every learner
      await this.send(event, lease).catch((error) => {
        if (!(error instanceof Undeliverable || isCausedByEvent(error))) outage = error;
        throw error;
      });
    };
    await forEachStream(
      events.filter(({ id }) => !done.has(id)),
      concurrency,
      send,
      signal,
      lease,
    );
  }

  /** Sends the mails again that the server deferred. Throws the outage. */
  async retryDeferred(signal?: AbortSignal): Promise<void> {
    const { database, configuration } = this.deps;
    if (!configuration.smtpUrl) return;
    const reasons = new Map<string, string>();
    for (const { learner, reason } of await deadLetters(database, mailerName))
      if (!reasons.has(learner)) reasons.set(learner, reason);
    for (const [learner, reason] of reasons) {
      if (!reason.startsWith(deferred)) continue;
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
    const letter = await mailOf(event, template, this.deps);
    if (letter.to === '') return this.record(event, 'no_address', lease);
    const { smtpUrl, settings } = this.deps.configuration;
    if (!smtpUrl) throw new Error('SMTP_URL is not set: no mail is sent.');
    const from = mailSenderOf(settings)!;
    try {
      const transport = createTransport({ url: smtpUrl, ...timeouts });
      transport.use('stream', ({ message }, done) => {
        message.processFunc((content) => Readable.from(whileLeaseHeld(content, lease)));
        done();
      });
      const sent = transport.sendMail({
        ...this.templates.render(template, letter.provider, letter.fields),
        from,
        to: { name: '', address: letter.to },
        // The same for each attempt. If the record below is lost, a second copy is recognizable as the same mail.
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
    await this.deps.database.query(
      'insert into mails (event_id, outcome) select $1, $2 where holds_lease($3, $4) on conflict do nothing',
      [event.id, outcome, ...fenceOf(lease)],
    );
  }
}

/** The server requests the content last. A leader that was frozen meanwhile does not send it. */
async function* whileLeaseHeld(content: AsyncIterable<Buffer>, lease?: Lease) {
  lease?.check();
  yield* content;
  lease?.check();
}

async function withinTime(sent: Promise<unknown>): Promise<void> {
  sent.catch(() => {}); // it may fail after the time-out
  const ended = new AbortController();
  const isOver = pause(mailTimeoutMs, undefined, { signal: ended.signal, ref: false }).then(() => {
    throw new Error('The mail server takes too long.');
  });
  await Promise.race([sent, isOver]).finally(() => ended.abort());
}

/** Why the server does not take this mail; undefined where the failure concerns all mail (login, sender, connection). */
function refusalIn({ code, command, response = '', responseCode = 0 }: Failure): string | undefined {
  if (code === 'EENVELOPE' && command === 'API') return 'the address is not one that mail can be sent to';
  if ((command !== 'RCPT TO' && command !== 'DATA') || responseCode === 421) return undefined;
  if (responseCode >= 500) return `refused by the mail server: ${codesIn(response)}`;
  return responseCode >= 400 ? `${deferred}: ${codesIn(response)}` : undefined;
}

/** Why no mail can be sent now. */
const outageIn = ({ code, response, message }: Failure): string =>
  response ? `The mail server answered ${codesIn(response)} (${code}).` : withoutAddresses(message);

/** The codes of an answer. Its text may name people, and reasons are logged and outlive a learner's retirement. */
const codesIn = (response: string): string =>
  /^\d{3}([ -]\d\.\d{1,3}\.\d{1,3})?/.exec(response)?.[0] ?? 'without a code';

const withoutAddresses = (text: string) => text.replace(/[^\s<>"]+@[^\s<>"]+/g, '…');
