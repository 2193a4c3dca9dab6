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
      if (pathname === '/login') {
        const path = site.tool.messagePath(Object.fromEntries(searchParams));
        return response.writeHead(302, { location: `${site.service.url}${path}` }).end();
      }
      if (pathname !== '/launch') return response.writeHead(404).end();
      const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
      const page = await site.pageFor(form.get('id_token')!);
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>Watchers</title>${page}`);
    });
    return site;
  }

  private async pageFor(idToken: string): Promise<string> {
    const message: Message = await this.tool.verified(this.service, idToken);
    this.messages.push(message);
    if (message[claim('message_type')] === 'LtiEndAssessment')
      return `<h1>Goodbye</h1><a href="${message[claim('launch_presentation')].return_url}">Back to the course</a>`;
    const word = this.tool.mayBegin(message, { [proctoringClaim('end_assessment_return')]: this.awaitsEnd });
    const jwt = await this.tool.sign(word);
    return `<form method="post" action="${message[proctoringClaim('start_assessment_url')]}">
      <input type="hidden" name="JWT" value="${jwt}"><button>My desk is clear</button></form>`;
  }

  async close() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
