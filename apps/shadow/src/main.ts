import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { send } from './exchange.js';
import { createProxy } from './proxy.js';
import { readRecording, recordingLine } from './recording.js';
import { defaults, Secondary } from './secondary.js';
import { type Settings, settingsOf } from './settings.js';

/**
 * Reports and recordings have data about people, so only their owner may read them. A file that cannot be written later does
 * not end the proxy.
 */
async function openFile(path: string): Promise<Writable> {
  const file = createWriteStream(path, { flags: 'a', mode: 0o600 });
  await once(file, 'open');
  return file.on('error', ({ message }) => console.error(message));
}

async function start(settings: Settings): Promise<void> {
  const report = await openFile(settings.report);
  const { toleranceSeconds } = settings;
  const write = (line: object) => report.write(`${JSON.stringify(line)}\n`);
  const secondary = new Secondary(settings.secondary, write, { ...defaults, toleranceSeconds });
  if (settings.from === undefined) return serve(settings, secondary, report);
  await sendRecording(settings, settings.from, secondary);
  await end(secondary, report);
  if (secondary.counts.different > 0) process.exitCode = 1;
}

/** One exchange after the other. The primary gets the request, too, if there is one; else its recorded answer counts. */
async function sendRecording({ primary }: Settings, file: string, secondary: Secondary): Promise<void> {
  for await (const { request, answer } of readRecording(file)) {
    const answered = primary ? await send(primary, request, defaults.timeoutMs) : answer;
    if (!answered) throw new Error(`${file} has no answer to ${request.method} ${request.path}: give --primary.`);
    secondary.follow(request, answered);
    await secondary.drained();
  }
}

async function serve(settings: Settings, secondary: Secondary, report: Writable): Promise<void> {
  const recording = settings.record === undefined ? undefined : await openFile(settings.record);
  const proxy = createProxy({
    primary: settings.primary!,
    paths: settings.paths,
    follow(request, answer) {
      recording?.write(recordingLine(request, answer));
      secondary.follow(request, answer);
    },
    drop: (request, why) => secondary.drop(request, why),
  });
  proxy.on('error', fail);
  proxy.listen(settings.port, settings.host);
  await once(proxy, 'listening');
  const { port } = proxy.address() as { port: number };
  console.log(`The shadow listens on http://${settings.host}:${port}. Its report is ${settings.report}.`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, async () => {
      // Clients get their answers first. A connection that stays open would bring more requests.
      proxy.prependListener('request', (_, outgoing) => outgoing.setHeader('connection', 'close'));
      proxy.close();
      proxy.closeIdleConnections();
      await once(proxy, 'close');
      await end(secondary, report, recording);
      process.exit();
    });
}

async function end(secondary: Secondary, report: Writable, recording?: Writable): Promise<void> {
  await secondary.drained();
  for (const file of [report, recording]) if (file) await once(file.end(), 'finish');
  const { same, different, dropped } = secondary.counts;
  console.log(`${same} same, ${different} different, ${dropped} not compared`);
}

function fail(error: Error): never {
  console.error(error.message);
  process.exit(2);
}

try {
  await start(settingsOf(process.argv.slice(2)));
} catch (error) {
  fail(error as Error);
}
