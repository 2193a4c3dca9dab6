import { randomInt } from 'node:crypto';
import { Command, Option } from 'nest-commander';
import { jwtSecretOf, loadConfiguration } from '#configuration';
import { fetchWhole } from '#connections';
import { StrictCommand } from '../operators/strict.command.js';
import { Client, type Person } from './client.js';
import { ExamDay } from './exam-day.js';
import { messagesOfCourse } from './messages.js';
import { Story } from './story.js';

@Command({
  name: 'demo',
  description: 'Take four exams at the running service, and show their events and messages',
})
export class DemoCommand extends StrictCommand {
  async run(_: string[], options: { url?: string; browser?: boolean }) {
    const configuration = loadConfiguration(process.env);
    const url = options.url ?? `http://${configuration.host}:${configuration.port}`;
    const secret = jwtSecretOf(configuration);
    if (!secret) throw new Error('The demo signs its own tokens, so the service must check tokens with a secret.');
    const { jwtAudience: audience, jwtIssuer: issuer } = configuration;
    const client = new Client(url, secret, { audience, issuer });
    if (options.browser) return showExamDay(new ExamDay(client, randomInt(10_000_000), console.log), client);
    const story = new Story(client, randomInt(100_000_000), console.log);

    await story.publish();
    const late = await story.begun();
    const began = performance.now();
    console.log(`Attempt ${late} begins. It has one minute, and nobody will submit it.`);
    const results: [string, number[]][] = [
      ['An attempt that is verified', [await story.verified()]],
      ['An attempt that is rejected, then verified on appeal', [await story.rejectedThenVerified()]],
      ['An attempt with an error, and the one that resumes it', await story.erredAndResumed()],
    ];
    const { stdout } = process;
    await story.until(late, 'submitted', (asked) => {
      const left = Math.round(60 - (performance.now() - began) / 1000);
      const awaited = left > 0 ? `Attempt ${late} has ${left} s left.` : 'Its time is over: the worker submits it.';
      if (stdout.isTTY) stdout.write(`\r${awaited.padEnd(50)}`);
      else if (asked % 10 === 0) stdout.write(`${awaited}\n`);
    });
    if (stdout.isTTY) stdout.write('\n');
    results.push(['An attempt that times out', [late]]);

    let isRight = true;
    for (const [title, attemptIds] of results) {
      console.log(`\n${title}`);
      for (const attemptId of attemptIds) isRight = (await show(story, attemptId)) && isRight;
    }
    await showMessages(configuration, url, story, late);
    if (!isRight) throw new Error('The log and the read model do not agree.');
  }

  @Option({
    flags: '--browser',
    description: 'an exam day of twenty learners for ten minutes, to look at in a browser',
  })
  browser() {
    return true;
  }

  @Option({ flags: '--url <url>', description: 'the URL of the service, by default from HOST and PORT' })
  url(text: string) {
    return text;
  }
}

const livesSeconds = 600;

/** Opens an exam day, and prints links for those who look at it. Ctrl-C ends it: all who still run an exam hand in. */
async function showExamDay(day: ExamDay, client: Client) {
  const end = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end.abort());
  await day.open();
  const { teacher, learners, auditor, operator } = day.people;
  const [course, exam] = [day.courseId, day.contentId('Midterm')].map(encodeURIComponent);
  const links: [string, Person, string][] = [
    ['Course staff: the exam day', teacher, `/console/courses/${course}/exam-day`],
    [`${day.visitor.name} takes an exam`, day.visitor, `/exams/${course}/${exam}`],
    [`${learners[1]!.name} reads the outcome`, learners[1]!, '/console/my-exams'],
    ['An auditor', auditor, '/console/audit'],
    ['An operator', operator, '/console/operations'],
  ];
  console.log('\nOpen these links, each in a tab of its own:');
  for (const [title, person, path] of links) console.log(`\n  ${title}\n  ${await client.link(person, path)}`);
  console.log(`\nThe exam day lives for ${livesSeconds / 60} minutes. Ctrl-C ends it.\n`);
  await day.live(livesSeconds, end.signal);
}

async function show(story: Story, attemptId: number): Promise<boolean> {
  const { events, problem } = await story.history(attemptId);
  console.log(`  Attempt ${attemptId}: ${problem ?? 'its history is intact'}`);
  for (const { version, type, data, metadata, hash } of events) {
    const { at, effects = [] } = data;
    const follows = effects.map(({ kind, status, action, template }: any) =>
      [kind, status ?? action ?? template].filter(Boolean).join(' '),
    );
    const who = metadata.actor.userId ? `user ${metadata.actor.userId}` : metadata.actor.kind;
    console.log(
      `    ${String(version).padStart(2)} ${at} ${type.padEnd(26)} ${who.padEnd(14)} ${hash.slice(0, 8)}  ${follows.join(', ')}`,
    );
  }
  const [replayed, read] = [await story.replayed(attemptId), await story.read(attemptId)];
  const compared = ['status', 'started_at', 'completed_at', 'allowed_time_limit_mins', 'attempt_code', 'is_resumable'];
  const differing = compared.filter((field) => !isSame(replayed[field], read[field]));
  const shown = `status ${read.status}, started ${read.started_at}, completed ${read.completed_at}`;
  console.log(
    `    replayed:   status ${replayed.status}, started ${replayed.started_at}, completed ${replayed.completed_at}`,
  );
  console.log(`    read model: ${shown}: ${differing.length === 0 ? 'equal' : `${differing.join(', ')} differ`}`);
  return problem === null && differing.length === 0;
}

/** Times are equal as instants: the log writes three decimals, REST six or none. */
const isSame = (one: unknown, other: unknown) =>
  one === other || (typeof one === 'string' && Date.parse(one) === Date.parse(String(other)));

async function showMessages(
  configuration: ReturnType<typeof loadConfiguration>,
  url: string,
  story: Story,
  lastAttempt: number,
) {
  if (configuration.kafkaBrokers.length === 0) {
    const metrics = await (await fetchWhole(`${url}/metrics`, { signal: AbortSignal.timeout(30_000) })).text();
    const [, waiting = '?'] = /^proctoring_relay_events_waiting (\S+)$/m.exec(metrics) ?? [];
    console.log(`\nKafka: KAFKA_BROKERS is not set here; ${waiting} events wait (npm run kafka starts a broker)`);
    return;
  }
  const last = new RegExp(`attempt\\.submitted\\.v1 .*"attempt_id":${lastAttempt},`);
  const lines = await messagesOfCourse(configuration, story.courseId, (found) => found.some((line) => last.test(line)));
  console.log(`\nKafka: ${lines.length} messages`);
  for (const line of lines) console.log(`  ${line}`);
}
