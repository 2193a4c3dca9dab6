import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

type Answer = { status?: number; headers?: Record<string, string>; body?: unknown; text?: string; delayMs?: number };
type Call = {
  route: string;
  authorization?: string;
  language?: string;
  requestId?: string;
  traceparent?: string;
  body: string;
  json: any;
};

/** An answer that comes after every time limit. */
export const lateAnswer = { delayMs: 60_000 };

/** Options of a `software_secure` provider whose server is at `url`. */
export const softwareSecureAt = (url: string) => ({
  organization: 'org',
  exam_sponsor: 'sponsor',
  exam_register_endpoint: `${url}/register`,
  secret_key_id: 'id',
  secret_key: 'key',
  crypto_key: '123456789123456712345678',
  software_download_url: 'https://rpnow.example.org',
  video_review_aes_key: 'B886E02F19C77EC734B1B132BEECD91E',
  recording_hosts: ['video.example.org'],
});

/** A provider for tests. It remembers each call, and gives the answers that a test sets, or those of a healthy provider. */
export class PretendedProvider {
  readonly calls: Call[] = [];
  /** The calls that it answered as a healthy provider does. */
  readonly taken: Call[] = [];
  tokenSeconds = 3600;
  tokenStatus = 200;
  /** Answers requests for which no answer is planned, except requests for tokens. */
  mood: (call: Call) => Answer | undefined = () => undefined;
  private planned: Answer[] = [];
  private tokens = 0;
  private numbers = 0;

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    readonly url: string,
  ) {}

  static async open(port = 0): Promise<PretendedProvider> {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    const provider = new PretendedProvider(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', async (request, response) => {
      const { method, url, headers } = request;
      const body = Buffer.concat(await request.toArray()).toString();
      const isJson = headers['content-type'] === 'application/json';
      const call: Call = {
        route: `${method} ${url}`,
        authorization: headers.authorization,
        language: headers['accept-language'],
        requestId: headers['x-request-id'] as string | undefined,
        traceparent: headers.traceparent as string | undefined,
        body,
        json: isJson ? JSON.parse(body) : undefined,
      };
      provider.calls.push(call);
      const answer = provider.answerTo(call);
      if (answer.delayMs) await pause(answer.delayMs, undefined, { ref: false });
      response.writeHead(answer.status ?? 200, answer.headers).end(answer.text ?? JSON.stringify(answer.body ?? {}));
    });
    return provider;
  }

  /** Plans its next answers, one for each call. Requests for tokens do not count. */
  answers(...answers: Answer[]) {
    this.planned = answers;
  }

  routes = () => this.calls.map(({ route }) => route);

  forget() {
    this.calls.length = 0;
    this.taken.length = 0;
    this.planned = [];
    this.tokens = 0;
    this.tokenSeconds = 3600;
    this.tokenStatus = 200;
    this.mood = () => undefined;
  }

  async close() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private answerTo(call: Call): Answer {
    if (call.route === 'POST /oauth2/access_token') {
      const body = { access_token: `token-${++this.tokens}`, expires_in: this.tokenSeconds };
      return { status: this.tokenStatus, body };
    }
    const other = this.planned.shift() ?? this.mood(call);
    if (!other) this.taken.push(call);
    return other ?? this.healthyAnswer(call);
  }

  private healthyAnswer({ route, json }: Call): Answer {
    const [method] = route.split(' ');
    if (/^POST .*\/attempt\/$/.test(route)) return { body: { id: `attempt-${++this.numbers}`, status: 'created' } };
    if (/^POST .*\/exam\/$/.test(route)) return { body: { id: `exam-${++this.numbers}` } };
    if (/^DELETE .*\/user\//.test(route)) return { body: true };
    if (method === 'DELETE') return { body: { status: 'deleted' } };
    return { body: method === 'PATCH' ? { status: json.status } : {} };
  }
}
