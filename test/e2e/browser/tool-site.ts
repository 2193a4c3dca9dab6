import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { claim, PretendedTool, proctoringClaim } from '../lti/pretended-tool.js';
import type { startService } from './running-service.js';

type Message = Record<string, any>;

/** The website of a proctoring tool. A learner comes by a launch, sets up, and goes on to the exam by a button. */
export class ToolSite {
  readonly messages: Message[] = [];
  /** Whether the tool wishes to know the end of an attempt. */
  awaitsEnd = true;
  /** The service, when it is open. */
  service!: Awaited<ReturnType<typeof startService>>;
  readonly tool: PretendedTool;

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    private readonly url: string,
  ) {
    this.tool = new PretendedTool('watchers', 1, { login_url: `${url}/login`, launch_url: `${url}/launch` });
  }

  static async open(): Promise<ToolSite> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const site = new ToolSite(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', async (request, response) => {
      const { pathname, searchParams } = new URL(request.url!, site.url);
      if (pathname === '/login') return response.writeHead(302, { location: site.messageAddress(searchParams) }).end();
      if (pathname !== '/launch') return response.writeHead(404).end();
      const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
      const page = await site.pageFor(form.get('id_token')!);
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>Watchers</title>${page}`);
    });
    return site;
  }

  /** The tool asks the service for the message of a launch (edx-exams.md §8.3). */
  private messageAddress(launch: URLSearchParams): string {
    const asked = new URLSearchParams({
      ...{ scope: 'openid', response_type: 'id_token', response_mode: 'form_post', prompt: 'none' },
      ...{ client_id: this.tool.clientId, redirect_uri: `${this.url}/launch`, state: 'state', nonce: 'nonce' },
      ...{ login_hint: launch.get('login_hint')!, lti_message_hint: launch.get('lti_message_hint')! },
    });
    return `${this.service.url}/lti/lti_consumer/v1/launch/?${asked}`;
  }

  private async pageFor(idToken: string): Promise<string> {
    const message: Message = await this.tool.verified(this.service as never, idToken);
    this.messages.push(message);
    if (message[claim('message_type')] === 'LtiEndAssessment')
      return `<h1>Goodbye</h1><a href="${message[claim('launch_presentation')].return_url}">Back to the course</a>`;
    const jwt = await this.tool.sign({
      ...{ iss: this.tool.clientId, aud: message.iss, iat: message.iat, exp: message.iat! + 300 },
      ...{ [claim('message_type')]: 'LtiStartAssessment', [claim('version')]: '1.3.0' },
      ...{ [claim('resource_link')]: message[claim('resource_link')] },
      ...{ [proctoringClaim('session_data')]: message[proctoringClaim('session_data')] },
      ...{ [proctoringClaim('attempt_number')]: message[proctoringClaim('attempt_number')] },
      ...{ [proctoringClaim('end_assessment_return')]: this.awaitsEnd },
    });
    return `<form method="post" action="${message[proctoringClaim('start_assessment_url')]}">
      <input type="hidden" name="JWT" value="${jwt}"><button>My desk is clear</button></form>`;
  }

  async close() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
