import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fetchedByMaven, java } from './maven.mjs';
import { isAlive, root } from './prepare.mjs';

// One id for all brokers. Data never moves between clusters, and to generate an id would start Java once more.
const clusterId = 'ExamProctoringBroker00';

/**
 * Starts a real Kafka broker on 127.0.0.1. It keeps the data that `dir` has. It takes free ports unless they are given.
 * For a cluster, give each broker its `nodeId` and `controllerPort`, give all the same `voters` ("1@127.0.0.1:19093,…") and
 * `replication`, and start them together. With `access` (`{ keystore, keystorePassword, username, password }`), clients need
 * TLS and this user (SCRAM-SHA-512). `log` gets lines for people; the broker writes its own to `dir`/broker.log.
 * A broker that a killed process left in `dir` is ended first. The error has one line if Java or Maven is missing.
 */
export async function startBroker({
  dir,
  port,
  controllerPort,
  nodeId = 1,
  voters,
  replication = 1,
  access,
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
      'listener.security.protocol.map': `CLIENTS:${access ? 'SASL_SSL' : 'PLAINTEXT'},CONTROLLER:PLAINTEXT`,
      'inter.broker.listener.name': 'CLIENTS',
      ...(access && accessSettings(access)),
      'controller.listener.names': 'CONTROLLER',
      'log.dirs': 'data', // relative to `dir`, because a comma in the name of `dir` would separate two folders
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
    // Java's second compiler would use a third of a core for minutes. Most brokers here do not live that long.
    const options = ['-Xms128m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
    // Java itself expands the * of the class path. Detached, so that Ctrl-C reaches only the parent, which stops the broker last.
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
    const { username, password } = access ?? {};
    const users = access ? ['--add-scram', `SCRAM-SHA-512=[name=${username},password=${password}]`] : [];
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
    /** Resolves when the broker has ended, for any reason. */
    ended,
    stop: () => end('SIGTERM'),
    /** Ends the broker as a crash would. */
    kill: () => end('SIGKILL'),
  };
}

const accessSettings = ({ keystore, keystorePassword, username, password }) => ({
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

/** Ends a broker if the process that started it is gone. Throws if that process still runs. */
export async function endLeftBroker(dir) {
  const file = join(resolve(dir), 'broker.pid');
  if (!existsSync(file)) return;
  const [broker, starter] = readFileSync(file, 'utf8').split(' ').map(Number);
  // Another process may have this number by now.
  if (commandOf(broker).includes(resolve(dir))) {
    if (starter !== process.pid && isAlive(starter) && commandOf(starter).includes('node'))
      throw new Error(`A Kafka broker (process ${broker}, started by process ${starter}) runs in ${dir} already.`);
    process.kill(broker, 'SIGKILL');
    while (commandOf(broker).includes(resolve(dir))) await pause(20);
  }
  rmSync(file, { force: true });
}

/** The port `wanted` if it is free, else any free port. */
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

/** Answers the folder of Kafka's jars. Maven fetches them into DATA_DIR/kafka the first time. */
async function kafkaJars(log) {
  const pom = join(root, 'docker', 'kafka', 'pom.xml');
  const version = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12);
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
  return fetchedByMaven({
    name: 'Kafka',
    megabytes: 43,
    folder: resolve(process.env.DATA_DIR || '.data', 'kafka', `jars-${version}`),
    args: (draft) => ['-f', pom, goal, '-DincludeScope=runtime', `-DoutputDirectory=${draft}`],
    advice: 'or set KAFKA_BROKERS=host:port to use a broker that runs already',
    log,
  });
}

function commandOf(pid) {
  const [program, ...args] =
    process.platform === 'linux' ? ['cat', `/proc/${pid}/cmdline`] : ['ps', '-o', 'command=', '-p', pid];
  return spawnSync(program, args, { encoding: 'utf8' }).stdout;
}
