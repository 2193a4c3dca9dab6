import { type Lease, outageLog, type RecordedEvent, Undeliverable } from './index.js';

const event = { id: 'e', type: 'AttemptSubmitted' } as RecordedEvent;

it('an outage and its end are logged once each, and every dead letter is logged', async () => {
  const lines: string[] = [];
  const to = (level: string) => (message: string) => lines.push(`${level} ${message}`);
  const log = { log: to('log'), warn: to('warn'), error: to('error') };
  const words = { outage: 'Mails wait', recovery: 'Mails are sent again.' };
  const { handle, onError } = outageLog(log, words, async () => {});
  const { signal } = new AbortController();
  const lease = {} as Lease;
  await handle([event], signal, lease);
  for (let times = 0; times < 3; times++) onError(new Error('no route to host'), times);
  onError(new Undeliverable(event, 'mailbox full'), 1);
  await handle([event], signal, lease);
  await handle([event], signal, lease);
  expect(lines).toEqual([
    'warn Mails wait: no route to host',
    'error AttemptSubmitted e: mailbox full',
    'log Mails are sent again.',
  ]);
});
