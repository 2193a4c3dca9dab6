import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

export type ReceivedMail = {
  /** The recipients in the envelope. */
  recipients: string[];
  /** Unfolded, names in lower case. */
  headers: Record<string, string>;
  /** Content by type. */
  parts: Record<string, string>;
};

/** The steps that the server refuses, with the code of its answer. */
export type Faults = {
  /** Accepts connections and never answers. */
  silent?: true;
  login?: number;
  recipient?: (address: string) => number | undefined;
  data?: number;
};

/** A mail server on this machine. It accepts the login of `url`, and everything that `faults` does not refuse. */
export class MailServer {
  readonly taken: ReceivedMail[] = [];
  faults: Faults = {};
  /** How often it refused. */
  refusals = 0;
  private server: SMTPServer;
  private port = 0;

  get url() {
    return `smtp://proctoring:secret@127.0.0.1:${this.port}`;
  }

  async open() {
    this.server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      closeTimeout: 100,
      onConnect: (_, done) => (this.faults.silent ? ++this.refusals : done()),
      onAuth: (_, __, done) =>
        this.faults.login ? done(this.refusal(this.faults.login, 'login')) : done(null, { user: 'proctoring' }),
      onRcptTo: ({ address }, _, done) => {
        const code = this.faults.recipient?.(address);
        done(code ? this.refusal(code, `<${address}>`) : null);
      },
      onData: async (stream, { envelope }, done) => {
        const received = await text(stream).catch(() => undefined);
        if (received === undefined) return; // the sender hung up half-way
        const message = received.replaceAll('\r\n', '\n');
        if (this.faults.data) return done(this.refusal(this.faults.data, 'data'));
        this.taken.push({ recipients: envelope.rcptTo.map(({ address }) => address), ...read(message) });
        done();
      },
    });
    this.server.on('error', () => {});
    await once(this.server.listen(this.port, '127.0.0.1'), 'listening');
    this.port = (this.server.server.address() as AddressInfo).port;
  }

  private refusal(responseCode: number, what: string) {
    this.refusals++;
    return Object.assign(new Error(`no: ${what}`), { responseCode });
  }

  close() {
    return new Promise<void>((closed) => this.server.close(() => closed()));
  }
}

function read(message: string): Omit<ReceivedMail, 'recipients'> {
  const whole = partOf(message);
  const [, boundary] = /boundary="([^"]+)"/.exec(whole.headers['content-type'])!;
  const parts = whole.body.split(`--${boundary}`).slice(1, -1);
  const read = parts.map((part) => partOf(part.trimStart()));
  return {
    headers: whole.headers,
    parts: Object.fromEntries(read.map(({ headers, body }) => [headers['content-type'].split(';')[0], body])),
  };
}

function partOf(text: string) {
  const end = text.indexOf('\n\n');
  const lines = text
    .slice(0, end)
    .replace(/\n[ \t]/g, ' ')
    .split('\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name, value] = /^([^:]+): ?(.*)$/.exec(line)!;
    headers[name.toLowerCase()] = value;
  }
  return { headers, body: decoded(text.slice(end + 2), headers['content-transfer-encoding']) };
}

function decoded(body: string, encoding = '7bit'): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
  if (encoding !== 'quoted-printable') return body;
  const bytes = body
    .replace(/=\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, code) => String.fromCharCode(Number(`0x${code}`)));
  return Buffer.from(bytes, 'latin1').toString();
}
