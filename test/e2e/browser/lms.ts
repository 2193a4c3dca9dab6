import { once } from 'node:events';
import { request as ask, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Pages } from './pages.js';

/**
 * The site of a platform: its own pages with its content security policy, and the service at all other paths. The page of a
 * path that ends with `/` is also the page of the paths below it.
 */
export async function openLms(service: string, pages: Pages, policy: string, port = 0) {
  const pageAt = (path: string) =>
    pages[path] ?? Object.entries(pages).find(([each]) => each.endsWith('/') && path.startsWith(each))?.[1];
  const server = createServer((request, response) => {
    const { url = '', method, headers } = request;
    const page = pageAt(url.split('?')[0]!);
    if (page) return response.writeHead(200, { ...page.headers, 'Content-Security-Policy': policy }).end(page.text);
    const behind = ask(`${service}${url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    behind.on('error', () => response.writeHead(502).end());
    request.pipe(behind);
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
