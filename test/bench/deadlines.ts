import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import { submitOverdue } from '../../apps/worker/src/deadlines.js';
import { Clock } from '../../libs/clock/src/index.js';
import { AddExam, AttemptTimeouts, OverdueAttempts, standaloneCommands } from '../../libs/commands/src/index.js';
import { loadConfiguration } from '../../libs/configuration/src/index.js';
import { CreateAttempt, type Origin } from '../../libs/domain/src/index.js';
import { overdueAttempts } from '../../libs/read-models/src/index.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import type { Bench } from './bench.js';
import type { Section } from './report.js';
import { inTurn, ratios } from './rounds.js';

const origin: Origin = { actor: { kind: 'user', userId: 1 } };
const mostSeconds = 3;

/** Submits attempts whose time ends in the same second, and measures how much PostgreSQL writes for each. */
export async function deadlinesAtOnce({ effort, say, dir }: Bench): Promise<Section> {
  const database = await openDatabase();
  const module = standaloneCommands(loadConfiguration({ DATA_DIR: dir }), database.url);
  const app = await NestFactory.createApplicationContext(module, { logger: ['error', 'warn'] });
  try {
    const { pool } = database;
    const [bus, clock, timeouts, overdue] = [
      app.get(CommandBus),
      app.get(Clock),
      app.get(AttemptTimeouts),
      app.get(OverdueAttempts),
    ];
    const exam = await bus.execute(new AddExam({ ...timed, contentId: 'block' }, clock.now(), origin));
    const { learners } = effort;
    let lastUser = 0;
    const round = (submit: () => Promise<unknown>) => async () => {
      say(`${learners} learners start, and then their time ends …`);
      await startAttempts(
        bus,
        exam,
        Array.from({ length: learners }, () => ++lastUser),
        clock.now(),
      );
      await database.owner.query('checkpoint');
      await moveClock(database, clock, `${++hours} hours`);
      const [begin, from] = [performance.now(), await walOf(database)];
      await submit();
      const seconds = (performance.now() - begin) / 1000;
      const { rows } = await pool.query('select from attempts where expires_at is not null');
      if (rows.length > 0) throw new Error(`${rows.length} attempts are not submitted`);
      return { seconds, bytes: Number((await walOf(database)) - from) / learners };
    };
    let hours = 0;
    const { together, single } = await inTurn(effort.rounds, {
      together: round(() => submitOverdue(pool, overdue, clock)),
      single: round(async () => {
        const all = await overdueAttempts(pool, clock.now(), { expiresAt: '-infinity', id: 0 }, learners);
        for (let first = 0; first < all.length; first += 100)
          await Promise.all(
            all.slice(first, first + 100).map((attempt) => timeouts.submitIfOverdue(attempt, clock.now())),
          );
      }),
    });
    const table = (unit: string, figure: 'seconds' | 'bytes') => ({
      unit,
      lines: Object.entries({ together, 'one by one': single }).map(([who, samples]) => ({
        who,
        values: samples.map((sample) => sample[figure]),
      })),
    });
    const { rows: hot } = await database.owner.query(
      `select relname, round(100.0 * n_tup_hot_upd / n_tup_upd) as percent from pg_stat_user_tables
        where n_tup_upd > 100 order by relname`,
    );
    return {
      title: 'k. Attempts that end at once',
      setting: `${learners} attempts whose time is over, submitted as the worker does and one by one, 100 at a time. Updates that stayed in their page (HOT): ${hot.map(({ relname, percent }) => `${relname} ${percent} %`).join(', ')}.`,
      tables: [table('seconds', 'seconds'), table('bytes of WAL per attempt, after a checkpoint', 'bytes')],
      bars: [
        {
          what: `all are submitted, of ${mostSeconds} s`,
          ratios: together.map(({ seconds }) => seconds / mostSeconds),
          atMost: 1,
        },
        {
          what: 'one by one, beside together',
          ratios: ratios(
            single.map(({ seconds }) => seconds),
            together.map(({ seconds }) => seconds),
          ),
          atLeast: 1.5,
        },
      ],
    };
  } finally {
    await app.close();
    await database.close();
  }
}

const timed = {
  ...{ courseId: 'course-v1:OrgX+Demo+2031', examName: 'Quiz', timeLimitMins: 30, externalId: null },
  ...{ isProctored: false, isPracticeExam: false, isActive: true, hideAfterDue: false },
};

async function startAttempts(bus: CommandBus, examId: number, users: number[], at: string) {
  const data = { takingAsProctored: false, startClock: true, at };
  for (let first = 0; first < users.length; first += 100)
    await Promise.all(
      users.slice(first, first + 100).map((userId) => bus.execute(new CreateAttempt({ examId, userId }, data, origin))),
    );
}

async function moveClock(database: TestDatabase, clock: Clock, by: string) {
  await database.moveClock(by);
  await clock.synchronize();
}

const walOf = async ({ owner }: TestDatabase): Promise<bigint> =>
  BigInt(
    (await owner.query(`select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::text as bytes`)).rows[0].bytes,
  );
