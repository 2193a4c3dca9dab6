import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fetchedByMaven, java } from './maven.mjs';
import { isAlive, root } from './prepare.mjs';

// One for all: a broker's data is never moved between clusters, and making one up takes a start of Java.
const clusterId = 'ExamProctoringBroker00';

/**
 * Starts a real Kafka broker on 127.0.0.1 with its data in `dir`; what is in there stays. Ports are free ones unless given.
 * Several make a cluster: give each its `nodeId`, `controllerPort`, the same `voters` ("1@127.0.0.1:19093,…") and
 * `replication`, and start them together. With `guard`, clients come in over TLS with a name and a password (SCRAM-SHA-512)
 * alone: `{ keystore, keystorePassword, username, password }`. `log` gets lines for people; the broker's own go to `dir`/broker.log.
 * A broker left in `dir` by a killed process is ended first. Throws one line when Java or Maven is missing.
 */
export async function startBroker({
  dir,
  port,
  controllerPort,
  nodeId = 1,
  voters,
  replication = 1,
  guard,
  log = console.log,
}) {
  const jars = await kafkaJars(log);
  dir = resolve(dir);
  mkdirSync(dir, { recursive: true });
  await endLeftBroker(dir);
  port ??= await freePort();
  controllerPort ??= await freePort();
  const files = {
    'server.properties': {
      'process.roles': 'broker,controller',
      'node.id': nodeId,
      'controller.quorum.voters': voters ?? `${nodeId}@127.0.0.1:${controllerPort}`,
      listeners: `CLIENTS://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
      'advertised.listeners': `CLIENTS://127.0.0.1:${port}`,
      'listener.security.protocol.map': `CLIENTS:${guard ? 'SASL_SSL' : 'PLAINTEXT'},CONTROLLER:PLAINTEXT`,
      'inter.broker.listener.name': 'CLIENTS',
      ...(guard && guarded(guard)),
      'controller.listener.names': 'CONTROLLER',
      'log.dirs': 'data', // from its own folder, whose name may hold commas
      'num.network.threads': 2,
      'num.io.threads': 4,
      'num.partitions': 3,
      'default.replication.factor': replication,
      'auto.create.topics.enable': false,
      'offsets.topic.replication.factor': replication,
      'offsets.topic.num.partitions': 3,
      'transaction.state.log.replication.factor': replication,
      'transaction.state.log.min.isr': 1,
      'transaction.state.log.num.partitions': 3,
      'share.coordinator.state.topic.replication.factor': replication,
      'share.coordinator.state.topic.min.isr': 1,
      'share.coordinator.state.topic.num.partitions': 1,
      'group.initial.rebalance.delay.ms': 0,
      'log.segment.bytes': 134217728,
      'log.cleaner.dedupe.buffer.size': 16777216,
    },
    'log4j2.properties': {
      'rootLogger.level': 'WARN',
      'rootLogger.appenderRef.c.ref': 'C',
      'appender.c.type': 'Console',
      'appender.c.name': 'C',
      'appender.c.layout.type': 'PatternLayout',
      'appender.c.layout.pattern': '[%d] %p %m (%c)%n',
      'logger.s.name': 'kafka.server.KafkaRaftServer',
      'logger.s.level': 'INFO',
    },
  };
  for (const [name, lines] of Object.entries(files))
    writeFileSync(
      join(dir, name),
      Object.entries(lines)
        .map((line) => `${line.join('=')}\n`)
        .join(''),
    );

  const output = join(dir, 'broker.log');
  const launch = (...program) => {
    const out = openSync(output, 'w');
    // The second compiler would take a third of a core for minutes, longer than most brokers live here.
    const options = ['-Xms128m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
    // The class path keeps its * for Java. Detached: Ctrl-C reaches the parent, which stops the broker when it is done.
    const args = [...options, '-Dlog4j2.configurationFile=log4j2.properties', '-cp', join(jars, '*')];
    const child = spawn(java, [...args, ...program], {
      cwd: dir,
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
      detached: true,
      stdio: ['ignore', out, out],
    });
    closeSync(out);
    return child;
  };
  const failed = () =>
    new Error(`Kafka did not start:\n${readFileSync(output, 'utf8').split('\n').slice(-20).join('\n')}`);

  if (!existsSync(join(dir, 'data', 'meta.properties'))) {
    const users = guard ? ['--add-scram', `SCRAM-SHA-512=[name=${guard.username},password=${guard.password}]`] : [];
    const format = ['format', '-t', clusterId, '-c', 'server.properties', ...users];
    const [code] = await once(launch('kafka.tools.StorageTool', ...format), 'exit');
    if (code !== 0) throw failed();
  }
  const broker = launch('kafka.Kafka', join(dir, 'server.properties'));
  const ended = once(broker, 'exit');
  writeFileSync(join(dir, 'broker.pid'), `${broker.pid} ${process.pid}`);
  const deadline = setTimeout(() => broker.kill('SIGKILL'), 120_000);
  while (!readFileSync(output, 'utf8').includes('Kafka Server started')) {
    if (broker.exitCode !== null || broker.signalCode !== null) throw failed();
    await Promise.race([pause(50), ended]);
  }
  clearTimeout(deadline);
  const end = async (signal) => {
    broker.kill(signal);
    await Promise.race([ended, pause(20_000, undefined, { ref: false }).then(() => broker.kill('SIGKILL') && ended)]);
    rmSync(join(dir, 'broker.pid'), { force: true });
  };
  return {
    brokers: `127.0.0.1:${port}`,
    pid: broker.pid,
    /** Resolves when it has ended, for whatever reason. */
    ended,
    /** Ends it in good order. */
    stop: () => end('SIGTERM'),
    /** Ends it as a crash would. */
    kill: () => end('SIGKILL'),
  };
}

const guarded = ({ keystore, keystorePassword, username, password }) => ({
  'ssl.keystore.type': 'PKCS12',
  'ssl.keystore.location': keystore,
  'ssl.keystore.password': keystorePassword,
  'ssl.truststore.type': 'PKCS12',
  'ssl.truststore.location': keystore,
  'ssl.truststore.password': keystorePassword,
  'ssl.endpoint.identification.algorithm': '',
  'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
  'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-512',
  'listener.name.clients.scram-sha-512.sasl.jaas.config': `org.apache.kafka.common.security.scram.ScramLoginModule required username="${username}" password="${password}";`,
});

/** Ends the broker whose starter is gone. Throws when the starter still runs. */
export async function endLeftBroker(dir) {
  const file = join(resolve(dir), 'broker.pid');
  if (!existsSync(file)) return;
  const [broker, starter] = readFileSync(file, 'utf8').split(' ').map(Number);
  // The number may be another process' by now.
  if (commandOf(broker).includes(resolve(dir))) {
    if (starter !== process.pid && isAlive(starter) && commandOf(starter).includes('node'))
      throw new Error(`A Kafka broker (process ${broker}, started by process ${starter}) runs in ${dir} already.`);
    process.kill(broker, 'SIGKILL');
    while (commandOf(broker).includes(resolve(dir))) await pause(20);
  }
  rmSync(file, { force: true });
}

/** `wanted` when that is free, else any. */
export async function freePort(wanted = 0) {
  const server = createServer().listen(wanted, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return freePort();
  }
  const { port } = server.address();
  await once(server.close(), 'close');
  return port;
}

/** Kafka's jars, fetched by Maven the first time into DATA_DIR/kafka; answers their folder. */
async function kafkaJars(log) {
  const pom = join(root, 'docker', 'kafka', 'pom.xml');
  const version = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12);
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
  return fetchedByMaven({
    name: 'Kafka',
    megabytes: 43,
    folder: resolve(process.env.DATA_DIR || '.data', 'kafka', `jars-${version}`),
    words: (made) => ['-f', pom, goal, '-DincludeScope=runtime', `-DoutputDirectory=${made}`],
    instead: 'or set KAFKA_BROKERS=host:port to use a broker that runs already',
    log,
  });
}

function commandOf(pid) {
  const [program, ...args] =
    process.platform === 'linux' ? ['cat', `/proc/${pid}/cmdline`] : ['ps', '-o', 'command=', '-p', pid];
  return spawnSync(program, args, { encoding: 'utf8' }).stdout;
}
