import avsc, { type Type } from 'avsc';
import { fetchWhole } from '#connections';

/** The registry has no schema with this id, or the schema is not Avro. */
export class UnknownSchema extends Error {
  override readonly name = 'UnknownSchema';
}

/** A schema registry with Confluent's protocol. Answers are cached: the schema of an id and a subject never changes. */
export class SchemaRegistry {
  private readonly base: string;
  private readonly headers: Record<string, string> = { accept: 'application/json', 'content-type': 'application/json' };
  private readonly answers = new Map<string, Promise<any>>();

  /** The address may contain user and password. */
  constructor(address: string) {
    const { origin, pathname, username, password } = new URL(address);
    const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    if (username) this.headers.authorization = `Basic ${Buffer.from(login).toString('base64')}`;
    this.base = `${origin}${pathname.replace(/\/$/, '')}`;
  }

  /** The id of a schema. Registers it under its subject the first time. */
  idOf(subject: string, schema: string): Promise<number> {
    return this.once(subject, async () => {
      const body = JSON.stringify({ schema });
      const answer = await this.ask(`/subjects/${encodeURIComponent(subject)}/versions`, { method: 'POST', body });
      if (answer.ok) return ((await answer.json()) as { id: number }).id;
      throw new Error(`The schema registry refused ${subject}: ${answer.status} ${await answer.text()}`);
    });
  }

  /** The Avro type of the schema with this id. Throws UnknownSchema. */
  typeOf(id: number): Promise<Type> {
    return this.once(String(id), async () => {
      const answer = await this.ask(`/schemas/ids/${id}`);
      if (answer.status === 404) throw new UnknownSchema(`The schema registry has no schema ${id}.`);
      if (!answer.ok) throw new Error(`The schema registry answered ${answer.status} for schema ${id}.`);
      const { schema } = (await answer.json()) as { schema: string };
      try {
        return avsc.Type.forSchema(JSON.parse(schema));
      } catch (error) {
        throw new UnknownSchema(`Schema ${id} is not Avro: ${(error as Error).message}`);
      }
    });
  }

  private once<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const answer = this.answers.get(key) ?? ask();
    this.answers.set(key, answer);
    answer.catch(() => this.answers.delete(key));
    return answer;
  }

  private async ask(path: string, request: RequestInit = {}) {
    const { headers } = this;
    try {
      return await fetchWhole(this.base + path, { ...request, headers, signal: AbortSignal.timeout(5000) });
    } catch (error) {
      const { message, cause } = error as Error;
      throw new Error(`The schema registry does not answer: ${(cause as Error)?.message || message}`);
    }
  }
}
