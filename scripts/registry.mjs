import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fetchedByMaven, java } from './maven.mjs';

// The newest version that runs on Java 17.
const version = '3.0.9';
// Newer versions of this plugin have no `dest`, and they need a parent project that is in no repository.
const goal = 'org.apache.maven.plugins:maven-dependency-plugin:2.10:get';

/** The command that starts a real schema registry (Apicurio), which keeps everything in memory. An error has one line. */
export async function registryCommand({ log = console.log } = {}) {
  const home = await fetchedByMaven({
    name: 'the schema registry',
    megabytes: 109,
    folder: resolve(process.env.DATA_DIR || '.data', 'registry', version),
    args: (draft) => [
      goal,
      `-Dartifact=io.apicurio:apicurio-registry-app:${version}:tar.gz:all`,
      '-Dtransitive=false',
      `-Ddest=${join(draft, 'registry.tar.gz')}`,
    ],
    unpack(draft) {
      const { status, stderr } = spawnSync('tar', ['xzf', 'registry.tar.gz'], { cwd: draft, encoding: 'utf8' });
      if (status !== 0) throw new Error(`The schema registry could not be unpacked: ${stderr}`);
      rmSync(join(draft, 'registry.tar.gz'));
    },
    advice: 'or leave out the tests of the event bus',
    log,
  });
  return [java, '-Xmx512m', '-XX:+UseSerialGC', '-jar', join(home, `apicurio-registry-app-${version}-runner.jar`)];
}
