import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { TestDatabase } from '../support/database.js';
import { people, publishedExam } from '../support/service.js';
import type { Bench } from './bench.js';
import { readByCopy } from './copied.js';
import { type Filled, openFilled } from './filled.js';
import type { Section } from './report.js';
import { inTurn, ratios } from './rounds.js';

const root = '/api/edx_proctoring/v1/proctored_exam';
const mostMegabytes = 400;
const longestMs = 200;

/** Rebuilds all read models, and measures time, memory, and how long creations wait meanwhile. COPY BINARY is the comparison. */
export async function rebuilding({ effort: { rounds, rebuilt }, say }: Bench): Promise<Section> {
  const filled = await openFilled(rebuilt, say);
  const megabytes: number[] = [];
  try {
    const { rebuild, waits, copy } = await inTurn(rounds, {
      rebuild: () => seconds(async () => void megabytes.push(await rebuildAll(filled.database))),
      waits: async () => {
        const creating = creations(filled);
        await rebuildAll(filled.database);
        return creating.longest();
      },
      copy: () => seconds(() => readByCopy(filled.database.owner)),
    });
    // The first round is the warm-up.
    const memory = megabytes.slice(-rounds);
    return {
      title: 'i. Rebuild',
      setting: `All read models are rebuilt by the operators' command from ${filled.events.toLocaleString('en-US')} events; once more while the service creates exams and attempts, one after the other. COPY BINARY decodes the same rows into plain values and parses the JSON.`,
      tables: [
        {
          unit: 'seconds',
          lines: [
            { who: 'rebuild of all read models', values: rebuild },
            { who: 'COPY BINARY decoded', values: copy },
          ],
        },
        { unit: 'MB', lines: [{ who: 'most memory of the command', values: memory }] },
        { unit: 'ms', lines: [{ who: 'longest wait of a creation', values: waits }] },
      ],
      bars: [
        { what: 'rebuild of all read models, of COPY BINARY decoded', ratios: ratios(rebuild, copy), atMost: 6 },
        {
          what: `memory of a rebuild, of ${mostMegabytes} MB`,
          ratios: memory.map((each) => each / mostMegabytes),
          atMost: 1,
        },
        {
          what: `longest wait of a creation during a rebuild, of ${longestMs} ms`,
          ratios: waits.map((each) => each / longestMs),
          atMost: 1,
        },
      ],
    };
  } finally {
    await filled.close();
  }
}

async function seconds(work: () => Promise<unknown>) {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

/** Answers the highest memory of the command in MB. */
async function rebuildAll({ environment }: TestDatabase): Promise<number> {
  const args = ['dist/apps/cli/src/main.js', 'rebuild', '--all', '--replace', '--json'];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  let most = 0;
  while (child.exitCode === null && child.signalCode === null) {
    const peak = /VmHWM:\s+(\d+)/.exec(readIfThere(`/proc/${child.pid}/status`))?.[1];
    most = Math.max(most, Number(peak ?? 0) / 1024);
    await Promise.race([ended, pause(20)]);
  }
  if (child.exitCode !== 0) throw new Error(`rebuild ended with ${child.exitCode}`);
  return most;
}

function readIfThere(file: string) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

let exams = 0;

function creations({ request }: Filled) {
  let isEnding = false;
  let longest = 0;
  const create = async (person: typeof people.staff | typeof people.bob, path: string, body: object) => {
    const begin = performance.now();
    const answer = await request(person, 'POST', `${root}/${path}`, body);
    if (answer.status !== 200) throw new Error(`POST ${path}: ${JSON.stringify(answer)}`);
    longest = Math.max(longest, performance.now() - begin);
    return answer.body;
  };
  const running = (async () => {
    while (!isEnding) {
      const { exam_id } = await create(people.staff, 'exam', { ...publishedExam(`new-${++exams}`), external_id: 'x' });
      await create(people.bob, 'attempt', { exam_id, attempt_proctored: 'true', start_clock: 'true' });
    }
  })();
  return {
    async longest() {
      isEnding = true;
      await running;
      return longest;
    },
  };
}
