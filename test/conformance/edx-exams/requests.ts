import { cookiesOf } from '../../support/service.js';
import { type Reply, send } from './client.js';
import { operator, secondsOf, tokenOf } from './lms-tokens.js';
import type { Exchange, Story } from './stories.js';
import { signed, startAssessment, tools } from './tools.js';
import { base, type Variables } from './variables.js';

const cookieHeader = (cookies: Iterable<[string, string]>) =>
  [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');

const controlScope = 'https://purl.imsglobal.org/spec/lti-ap/scope/control.all';

/** The people of a story and their browsers: turns recorded exchanges into requests to the service. */
export class Callers {
  /** Cookies by browser and name. */
  private readonly jars = new Map<string, Map<string, string>>();
  private assertions = 0;

  constructor(
    private readonly port: number,
    private readonly story: Story,
    private readonly variables: Variables,
  ) {}

  async send(exchange: Exchange, name: string): Promise<Reply> {
    const { request } = exchange;
    await this.findPseudonyms(exchange);
    const { method, path, query, body, raw, form, content_type } = this.variables.fill(request);
    const headers: Record<string, string> = {
      Host: 'exams.example.com',
      'X-Forwarded-Proto': 'https',
      ...(await this.headersOf(exchange)),
    };
    const sent =
      raw ?? (form ? await this.formOf(form, name, path) : body === undefined ? undefined : JSON.stringify(body));
    if (sent !== undefined) {
      headers['Content-Type'] = content_type ?? (form ? 'application/x-www-form-urlencoded' : 'application/json');
    }
    const reply = await send(this.port, method, query ? `${path}?${new URLSearchParams(query)}` : path, headers, sent);
    this.keepCookies(this.jarOf(exchange), reply);
    return reply;
  }

  /** Sends the request that the original sent to edx-proctoring: the service is both ends. */
  async asService(path: string, at: string): Promise<Reply> {
    return send(this.port, 'GET', path, { Authorization: `JWT ${await tokenOf(operator, at)}` });
  }

  /**
   * Makes the tool ready for an attempt: the learner goes to the tool, which answers the launch. The recordings lack this,
   * because the original let learners start without the tool (H2).
   */
  async makeToolReady(name: string, attemptId: unknown, at: string): Promise<void> {
    const person = this.story.users.find((each) => each.name === name)!;
    const begin = await this.browse(name, 'GET', `/lti/start_proctoring/${attemptId}`, await tokenOf(person, at));
    const { query = {} } = Object(begin.location) as { query?: Record<string, string> };
    const { login_hint, lti_message_hint, client_id, target_link_uri: redirect_uri } = query;
    const asked = { login_hint, lti_message_hint, client_id, redirect_uri, state: 'state', nonce: 'nonce' };
    const openId = { scope: 'openid', response_type: 'id_token', response_mode: 'form_post', prompt: 'none' };
    const parameters = new URLSearchParams({ ...openId, ...asked } as Record<string, string>);
    const launch = await this.browse(name, 'GET', `/lti/lti_consumer/v1/launch/?${parameters}`);
    const message = launch.body?.html?.fields?.id_token?.jwt_payload;
    if (!message) throw new Error(`The launch of ${name} failed: ${begin.status}, ${launch.status}`);
    const form = new URLSearchParams({ JWT: await startAssessment(client_id!, message, secondsOf(at)) });
    await this.browse(name, 'POST', '/lti/lti_consumer/v1/start_proctoring_assessment', undefined, String(form));
  }

  /** A request of a person's browser, with its cookies. */
  private async browse(name: string, method: string, path: string, token?: string, form?: string): Promise<Reply> {
    const headers: Record<string, string> = {
      ...{ Host: 'exams.example.com', 'X-Forwarded-Proto': 'https', Cookie: cookieHeader(this.jars.get(name) ?? []) },
      ...(token && { Authorization: `JWT ${token}` }),
      ...(form && { 'Content-Type': 'application/x-www-form-urlencoded' }),
    };
    const reply = await send(this.port, method, path, headers, form);
    this.keepCookies(name, reply);
    return reply;
  }

  private async headersOf({ as, at, request }: Exchange): Promise<Record<string, string>> {
    const { Cookie, Authorization, ...others } = this.variables.fill(request.headers ?? {});
    const [name, deviation] = as.split(', JWT ');
    const person = this.story.users.find((each) => each.name === name);
    const token = person && (await tokenOf(person, at, deviation));
    const headers: Record<string, string> = { ...others };
    const jar = [...(this.jars.get(this.jarOf({ as, request })) ?? [])];
    if (Cookie?.startsWith('edx-jwt-cookie') && token) jar.push(...Object.entries(cookiesOf(token)));
    else if (Authorization !== undefined) headers.Authorization = await this.authorization(Authorization, at);
    else if (Cookie === undefined && token) headers.Authorization = `JWT ${token}`;
    const sendsCookies = Cookie !== undefined || this.isLaunch(request);
    return { ...headers, ...(sendsCookies && jar.length > 0 && { Cookie: cookieHeader(jar) }) };
  }

  private async authorization(recorded: string, at: string): Promise<string> {
    const [, tool] = /<token of tool (one|two)>/.exec(recorded) ?? [];
    if (tool) return `Bearer ${await this.toolToken(tool as keyof typeof tools, controlScope, at)}`;
    if (recorded.includes('<token without scope>')) return `Bearer ${await this.toolToken('one', 'openid', at)}`;
    return recorded.includes('<a valid JWT>') ? `Bearer ${await tokenOf(this.story.users[0]!, at)}` : recorded;
  }

  private async toolToken(tool: keyof typeof tools, scope: string, at: string): Promise<string> {
    const [signer, client] = tools[tool];
    const path = `/lti/lti_consumer/v1/token/${this.variables.get(`config.${tool}`)}`;
    const now = secondsOf(at);
    const claims = { iss: client, sub: client, aud: base + path, iat: now, exp: now + 300, jti: this.newId() };
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await signed(signer, claims),
      scope,
    });
    const reply = await send(
      this.port,
      'POST',
      path,
      { Host: 'exams.example.com', 'Content-Type': 'application/x-www-form-urlencoded' },
      String(form),
    );
    return reply.body?.access_token?.token ?? `no token: ${reply.status}`;
  }

  private async formOf(form: Record<string, unknown>, name: string, path: string): Promise<string> {
    const fields = new URLSearchParams();
    for (const [key, value] of Object.entries(form)) {
      const { signed_by, payload } = (value ?? {}) as { signed_by?: string; payload?: Record<string, unknown> };
      if (!signed_by) fields.set(key, String(value));
      else if (key === 'client_assertion')
        fields.set(key, await signed(signed_by, this.assertionOf(payload!, name, path)));
      else fields.set(key, await signed(signed_by, payload!));
    }
    return String(fields);
  }

  /** The recorder wrote `…/token/x` for the token's address, and one jti in all. H14 makes both count. */
  private assertionOf(payload: Record<string, unknown>, name: string, path: string) {
    if (payload.jti === undefined) return payload;
    const jti = name.startsWith('twice the same jti') ? 'assertion-1' : this.newId();
    return { ...payload, aud: base + path, jti };
  }

  private readonly newId = () => `assertion-${++this.assertions}`;

  /** A launch comes from the browser of the person who began it. */
  private isLaunch({ path }: Exchange['request']) {
    return path.startsWith('/lti/lti_consumer/v1/launch/');
  }

  /** The browser that an exchange uses. */
  jarOf({ as, request }: Pick<Exchange, 'as' | 'request'>): string {
    const [, named] = /\bjar (\w+)/.exec(request.headers?.Cookie ?? '') ?? [];
    if (named) return named;
    const [, hint = ''] = /\{\{(lti\.hint\.\w+)\}\}/.exec(JSON.stringify(request)) ?? [];
    return (this.isLaunch(request) && this.variables.owners.get(hint)) || as;
  }

  private keepCookies(browser: string, { headers }: Reply) {
    const jar = this.jars.get(browser) ?? new Map<string, string>();
    this.jars.set(browser, jar);
    for (const cookie of headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (name) jar.set(name, value ?? '');
    }
  }

  /** A pseudonym that no launch has shown is in the roster of the instructor tool. */
  private async findPseudonyms({ request, response, at }: Exchange) {
    const unknown = this.variables.unknownIn([request, response.body]);
    if (!unknown.some((name) => /^user\.\w+\.sub$/.test(name))) return;
    const { body } = await this.asService(`/lti/exam/${this.variables.get('exam.midterm')}/instructor_tool/roster`, at);
    if (!Array.isArray(body)) return;
    for (const [sub, username] of body) {
      const person = this.story.users.find((each) => each.username === username);
      if (person && !this.variables.get(`user.${person.name}.sub`)) this.variables.set(`user.${person.name}.sub`, sub);
    }
  }
}
