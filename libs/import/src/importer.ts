import type pg from 'pg';
import { v7 as uuid } from 'uuid';
import { examStream, learnerAtExamOf } from '#commands';
import { type Database, hourMs, withClient } from '#connections';
import type { ExamEvent } from '#domain';
import {
  type Append,
  appendInBulk,
  createPartitions,
  EventStore,
  headOf,
  type Metadata,
  type RecordedEvent,
} from '#event-store';
import { learnerAtExamStream } from '#learner-keys';
import { examEvents } from './exam-history.js';
import { groupBy } from './grouped.js';
import type { ImportedEvent } from './imported-event.js';
import { type Known, learnerEvents } from './learner-events.js';
import { learnerRows } from './learner-rows.js';
import { oldExam, oldPolicy, recorded } from './old-rows.js';
import type { OldTables, Range, Table } from './old-tables.js';
import { finishedLearners, readProgress, saveProgress } from './progress.js';
import { addUsers } from './users.js';

const examsAtOnce = 500;

/** The tables with learners, and their columns. */
const learnerColumns = (['attempts', 'attemptHistory', 'allowances', 'allowanceHistory'] as const).map(
  (table): [Table, string] => [table, 'user_id'],
);

type Place = { courseId: string; contentId: string };
type Page = { appends: Append[]; attempts: number };
/** Called with the number of rows that were just imported. */
export type Advance = (rows: number) => void;

/**
 * Appends the events of an edx-proctoring database to the log. It continues after an interruption, and appends only what the
 * log lacks. `owner` owns the tables. The read models are rebuilt afterwards.
 */
export class Importer {
  private readonly places = new Map<number, Place>();
  private readonly events: EventStore;

  constructor(
    private readonly old: OldTables,
    private readonly owner: Database,
    private readonly learnersAtOnce = 300,
  ) {
    this.events = new EventStore(owner);
  }

  /** Exams and their review policies. @returns the number of events */
  async importExams(advance: Advance = () => {}): Promise<number> {
    let count = 0;
    for (let after = 0, last: number | undefined; ; after = last) {
      last = await this.old.nextLast([['exams', 'id']], after, examsAtOnce);
      if (last === undefined) return count;
      const { appends, exams } = await this.examAppends({ after, last });
      count += await this.append(appends);
      advance(exams);
    }
  }

  /** Attempts, allowances and reviews. Call `importExams` before. @returns the number of events */
  async importLearners(advance: Advance = () => {}): Promise<number> {
    let writing: Promise<number> = Promise.resolve(0);
    try {
      for (let after = await readProgress(this.owner), last: number | undefined; ; after = last) {
        last = await this.old.nextLast(learnerColumns, after, this.learnersAtOnce);
        if (last === undefined) break;
        const page = await this.learnerAppends({ after, last });
        // The next page is prepared while this one is written.
        writing = this.writePage(await writing, page, last, advance);
        writing.catch(() => {});
      }
    } finally {
      await writing;
    }
    await finishedLearners(this.owner);
    return writing;
  }

  /** @returns the number of events up to this page */
  private async writePage(
    before: number,
    { appends, attempts }: Page,
    last: number,
    advance: Advance,
  ): Promise<number> {
    const count = await this.append(appends, (client) => saveProgress(client, last));
    advance(attempts);
    return before + count;
  }

  private async examAppends(range: Range): Promise<{ appends: Append[]; exams: number }> {
    const rows = (await this.old.inRange('exams', 'id', range)).map(oldExam);
    const histories = await this.old.inRange('examHistory', 'id', range, 'history_id');
    const historyOf = groupBy(
      histories.map((row) => recorded(row, oldExam)),
      ({ row }) => row.id,
    );
    const policies = (await this.old.inRange('policies', 'proctored_exam_id', range)).map(oldPolicy);
    const former = (await this.old.inRange('policyHistory', 'proctored_exam_id', range)).map(oldPolicy);
    const policyOf = new Map(policies.map((policy) => [policy.examId, policy]));
    const formerOf = groupBy(former, ({ examId }) => examId);
    const known = await this.known(rows.map(({ id }) => examStream(id)));
    const appends = rows.flatMap((row) => {
      const { id, courseId, contentId } = row;
      this.places.set(id, { courseId, contentId });
      const history = known.get(examStream(id)) ?? [];
      const old = {
        row,
        history: historyOf.get(id) ?? [],
        formerPolicies: formerOf.get(id) ?? [],
        policy: policyOf.get(id),
      };
      const events = examEvents(old, history as readonly RecordedEvent<ExamEvent>[]);
      return appendsOf(examStream(id), history, events, { courseId, contentId, examId: id });
    });
    return { appends, exams: rows.length };
  }

  private async learnerAppends(range: Range): Promise<Page> {
    const all = await learnerRows(this.old, range);
    const learners = all.filter(({ examId }) => this.places.has(examId)); // the others are reported as differences
    await addUsers(this.owner, await this.old.users([...new Set(all.map(({ userId }) => userId))]));
    const histories = await this.known(learners.map(learnerAtExamStream));
    const knownOf = (stream: string): Known => {
      const history = histories.get(stream) ?? [];
      return { history, state: learnerAtExamOf(history) };
    };
    const decided = await learnerEvents(this.owner, learners, knownOf);
    const appends = decided.flatMap(({ learner: { examId, userId }, events }) => {
      const stream = learnerAtExamStream({ examId, userId });
      const about = { ...this.places.get(examId)!, examId, userId };
      return appendsOf(stream, histories.get(stream) ?? [], events, about);
    });
    return { appends, attempts: all.reduce((sum, { attempts }) => sum + attempts.length, 0) };
  }

  /** The events that the log has, of the streams that exist. */
  private async known(streams: readonly string[]): Promise<Map<string, RecordedEvent[]>> {
    const { rows } = await this.owner.query<{ id: string }>('select id from streams where id = any($1)', [streams]);
    return rows.length === 0 ? new Map() : this.events.readMany(rows.map(({ id }) => id));
  }

  private async append(
    appends: readonly Append[],
    also: (client: pg.ClientBase) => Promise<void> = async () => {},
  ): Promise<number> {
    await createPartitions(this.owner);
    return withClient(
      this.owner,
      async (client) => {
        await client.query('begin');
        const count = await appendInBulk(client, appends);
        await also(client);
        await client.query('commit');
        return count;
      },
      { limitMs: hourMs },
    );
  }
}

/** One append for each run of events by the same sender. */
function appendsOf(
  stream: string,
  history: readonly RecordedEvent[],
  imported: readonly ImportedEvent[],
  about: Omit<Metadata, 'commandId' | 'actor'>,
): Append[] {
  const commandId = uuid();
  const appends: (Append & { events: ImportedEvent['event'][] })[] = [];
  for (const { event, actor } of imported) {
    const last = appends.at(-1);
    const before = last?.metadata.actor;
    const isSame =
      before?.kind === actor.kind && (before.kind !== 'user' || before.userId === (actor as typeof before).userId);
    if (last && isSame) last.events.push(event);
    else
      appends.push({
        stream,
        after: headOf(history),
        events: [event],
        metadata: { commandId, actor, origin: 'import', ...about },
      });
  }
  return appends;
}
