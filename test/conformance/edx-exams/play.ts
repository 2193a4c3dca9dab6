import type { Reply } from './client.js';
import { compareValues, differencesOf, show } from './compare.js';
import { EffectsReader, recordedEffects } from './effects.js';
import { type Exception, exceptions, readyFirst } from './exceptions.js';
import { Callers } from './requests.js';
import { type Service, startService } from './service.js';
import { type BusEvent, type Exchange, isExchange, type LmsCall, namedExchanges, type Story } from './stories.js';
import { Variables } from './variables.js';
import { verdictOn } from './verdict.js';

type Result = { name: string; lines: string[] };

/** Replays a story. */
export class Play {
  private readonly variables: Variables;
  private readonly callers: Callers;
  private readonly effects: EffectsReader;

  private constructor(
    private readonly story: Story,
    private readonly service: Service,
  ) {
    this.variables = new Variables(story, service.given);
    this.callers = new Callers(service.port, story, this.variables);
    this.effects = new EffectsReader(service);
  }

  /** Each exchange with its differences; and exceptions that name no exchange, and changes from outside that failed. */
  static async of(story: Story): Promise<{ results: Result[]; problems: string[] }> {
    const service = await startService(story);
    try {
      return await new Play(story, service).run();
    } finally {
      await service.close();
    }
  }

  private async run() {
    const names = namedExchanges(this.story);
    const results: Result[] = [];
    const known = new Set(names.values());
    const problems = exceptionsOf(this.story)
      .filter(({ exchange }) => !known.has(exchange))
      .map(({ exchange }) => `The exception "${exchange}" names no exchange.`);
    for (const step of this.story.exchanges) {
      if ('wait' in step) continue;
      await this.service.setTime(step.at);
      if (isExchange(step)) {
        results.push({ name: names.get(step)!, lines: await this.play(step, names.get(step)!) });
        continue;
      }
      await this.service.change(step).catch((error) => problems.push(`${step.do}: ${error.message}`));
      await this.effects.next();
    }
    return { results, problems };
  }

  private async play(exchange: Exchange, name: string): Promise<string[]> {
    const reply = readyFirst[this.story.story]?.some((each) => name.startsWith(each))
      ? await this.startWithTool(exchange, name)
      : await this.callers.send(exchange, name);
    this.variables.capture(exchange.capture ?? {}, reply, this.callers.jarOf(exchange));
    const effects = await this.effects.next();
    const recorded = recordedEffects(exchange);
    const lines = [
      ...differencesOf(await this.withOwnAnswer(exchange), reply, this.variables),
      ...compareValues('events', recorded.events, effects.events, this.variables),
      ...compareValues('mails', recorded.mails, effects.mails, this.variables),
    ];
    const exception = exceptionsOf(this.story).find((each) => each.exchange === name);
    if (!exception) return lines;
    const { events = recorded.events.map(nameOf) } = exception;
    return verdictOn({ ...exception, events }, lines, reply, effects.events.map(nameOf), this.variables);
  }

  /** Sends an exchange that starts an attempt: it creates the attempt first if it must, and the tool is made ready. */
  private async startWithTool(exchange: Exchange, name: string): Promise<Reply> {
    const { request, as, at } = exchange;
    const start = { ...request, method: 'PUT', body: { action: 'start' } };
    if (request.method === 'PUT') {
      await this.callers.makeToolReady(as, this.variables.fill(request.path).split('/').at(-1), at);
      return this.callers.send(exchange, name);
    }
    const body = { ...(request.body as object), start_clock: 'false' };
    const created = await this.callers.send({ ...exchange, request: { ...request, body } }, name);
    const id = created.body?.exam_attempt_id;
    if (id === undefined) return created;
    await this.callers.makeToolReady(as, id, at);
    return this.callers.send({ ...exchange, request: { ...start, path: `${request.path}/${id}` } }, name);
  }

  /**
   * The recorder's stub of edx-proctoring answered for courses without a provider. The service is both ends, so its own
   * surface of edx-proctoring says what it must answer.
   */
  private async withOwnAnswer(exchange: Exchange): Promise<Exchange> {
    const call = exchange.effects?.lms_calls?.find(({ path }) => path.startsWith('/api/edx_proctoring/'));
    const { response, at } = exchange;
    if (call?.method !== 'GET' || !isPassedOn(call, response.body)) return exchange;
    const { status, body } = await this.callers.asService(call.path, at);
    const { active_attempt: _, ...others } = (body ?? {}) as Record<string, unknown>;
    return { ...exchange, response: { ...response, status, body: others } };
  }
}

const isPassedOn = ({ answer }: LmsCall, body: unknown) => {
  const { active_attempt: _, ...others } = (answer.body ?? {}) as Record<string, unknown>;
  return answer.status < 500 && Object.keys(others).length > 0 && show(others) === show(body);
};

const exceptionsOf = ({ story }: Story): Exception[] => exceptions.filter((each) => each.story === story);

const nameOf = ({ type }: BusEvent) => type.split('.').at(-2)!;
