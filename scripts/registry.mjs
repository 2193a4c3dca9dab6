import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fetchedByMaven, java } from './maven.mjs';

// The last version in Maven that runs on Java 17.
const version = '3.0.9';
// Newer ones cannot say where to put it, and ask for a parent that is in no repository.
const goal = 'org.apache.maven.plugins:maven-dependency-plugin:2.10:get';

/** The command that starts a real schema registry, Apicurio's, which keeps all in memory. Throws one line. */
export async function registryCommand({ log = console.log } = {}) {
  const home = await fetchedByMaven({
    name: 'the schema registry',
    megabytes: 109,
    folder: resolve(process.env.DATA_DIR || '.data', 'registry', version),
    words: (made) => [
      goal,
      `-Dartifact=io.apicurio:apicurio-registry-app:${version}:tar.gz:all`,
      '-Dtransitive=false',
      `-Ddest=${join(made, 'registry.tar.gz')}`,
    ],
    done(made) {
      const { status, stderr } = spawnSync('tar', ['xzf', 'registry.tar.gz'], { cwd: made, encoding: 'utf8' });
      if (status !== 0) throw new Error(`The schema registry could not be unpacked: ${stderr}`);
      rmSync(join(made, 'registry.tar.gz'));
    },
    instead: 'or do without the tests of the event bus',
    log,
  });
  return [java, '-Xmx512m', '-XX:+UseSerialGC', '-jar', join(home, `apicurio-registry-app-${version}-runner.jar`)];
}
