import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { verifierOf } from '../../../libs/merkle-log/src/signed-note.js';
import { CosignedFile } from './cosigned-file.js';
import { settingsOf, signerIn } from './settings.js';
import { type Answer, Witness } from './witness.js';

/** A request with 63 hashes and 100 signatures is far smaller. */
const maxBytes = 65_536;

/** Undefined when the client does not send all of it. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of request) {
      size += part.length;
      if (size - part.length <= maxBytes) parts.push(part);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(parts);
}

function answerTo(witness: Witness, { method, url = '' }: IncomingMessage, body: Buffer): Answer {
  if (body.length > maxBytes) return { status: 413, body: `A request has at most ${maxBytes} bytes.\n` };
  if (method === 'POST' && url === '/add-checkpoint') return witness.addCheckpoint(body.toString());
  const [, originHash] = /^\/([0-9a-f]{64})\/checkpoint$/.exec(url) ?? [];
  if (method === 'GET' && originHash) return witness.checkpoint(originHash);
  return { status: 404, body: 'There is POST /add-checkpoint and GET /<origin hash>/checkpoint.\n' };
}

async function start() {
  const settings = settingsOf(process.env);
  const signer = signerIn(settings);
  const cosigned = await CosignedFile.open(join(settings.folder, 'cosigned'), verifierOf(signer.vkey));
  const witness = new Witness(settings.logs, signer, cosigned);
  const server = createServer({ requestTimeout: 10_000 }, async (request, response) => {
    const sent = await bodyOf(request);
    if (!sent) return;
    try {
      const { status, body, type = 'text/plain; charset=utf-8' } = answerTo(witness, request, sent);
      response.writeHead(status, { 'Content-Type': type }).end(body);
    } catch (error) {
      end(error as Error);
    }
  });
  server.on('error', end);
  server.listen(settings.port, settings.host, () => {
    const { port } = server.address() as { port: number };
    console.log(
      `The witness ${settings.name} listens on http://${settings.host}:${port}. Its verifier key is ${signer.vkey}`,
    );
  });
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
}

function end(error: Error) {
  console.error(error.message);
  process.exit(1);
}

start().catch(end);
