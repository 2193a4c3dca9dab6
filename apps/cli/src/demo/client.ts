import { signToken } from '#configuration';
import { fetchWhole } from '#connections';

export type Person = {
  user_id: number;
  preferred_username: string;
  name?: string;
  administrator?: boolean;
  scopes?: string[];
};

/** Sends requests of several people to a running service. */
export class Client {
  constructor(
    private readonly url: string,
    private readonly secret: string,
    private readonly token: { audience?: string; issuer?: string },
  ) {}

  /** An address with the token of a person, for a browser. */
  async link(person: Person, path: string): Promise<string> {
    return `${this.url}${path}#token=${await this.tokenOf(person)}`;
  }

  private tokenOf(person: Person): Promise<string> {
    const { preferred_username: name } = person;
    return signToken(
      this.secret,
      { email: `${name}@example.org`, name, ...person },
      { ...this.token, expiresIn: '12h' },
    );
  }

  /** Answers the JSON, or the text. Throws if the status is not 2xx. */
  async ask<T = any>(person: Person, method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetchWhole(this.url + path, {
      signal: AbortSignal.timeout(30_000),
      method,
      headers: {
        authorization: `JWT ${await this.tokenOf(person)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    }).catch(() => {
      throw new Error(`No service answers at ${this.url}: start it with npm start, or give its URL with --url.`);
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : (text as T);
  }
}
