import type { Shape } from '../../api/client.js';

export type Row = Shape<'RunningAttempt'>;
type BoardList = Shape<'RunningAttempts'>;
export type BoardState = Pick<BoardList, 'clock_warning' | 'exams' | 'blocked'>;
type Messages = Shape<'RunningAttemptMessages'>;

/** Attempts that began and ended since the last announcement, for screen readers. */
export type Announcement = { began: number; ended: number };

export const runs = ({ status }: Row) => status === 'started' || status === 'ready_to_submit';

/** A course's running attempts as the console knows them: the list, and the messages that followed it. */
export class Board {
  readonly rows = new Map<number, Row>();
  state: BoardState = { clock_warning: null, exams: [], blocked: [] };
  /** The position of the last message. */
  position = '';
  /** How far the service's clock is ahead of this one, in milliseconds. */
  aheadMs = 0;
  unannounced: Announcement = { began: 0, ended: 0 };

  list({ attempts, position, at, ...state }: BoardList): void {
    this.rows.clear();
    for (const row of attempts) this.rows.set(row.attempt_id, row);
    Object.assign(this, { state, position, aheadMs: Date.parse(at) - Date.now() });
  }

  /** Answers false for a message after which the attempts must be listed again. */
  apply(event: string | undefined, data: string, id: string | undefined): boolean {
    if (event === 'reload') return false;
    if (event === 'state') this.state = JSON.parse(data);
    if (event === 'changes') this.change(JSON.parse(data));
    if (event === 'polls') this.poll(JSON.parse(data));
    if (id) this.position = id;
    return true;
  }

  now = () => Date.now() + this.aheadMs;

  /** Removes the rows that the list would not have any more. */
  removeOld(): boolean {
    const now = new Date(this.now()).toISOString();
    const old = [...this.rows.values()].filter(({ shown_until }) => shown_until !== null && shown_until < now);
    for (const { attempt_id } of old) this.rows.delete(attempt_id);
    return old.length > 0;
  }

  private change({ attempts, removed }: NonNullable<Messages['changes']>) {
    for (const row of attempts) {
      const before = this.rows.get(row.attempt_id);
      if (runs(row) && !(before && runs(before))) this.unannounced.began++;
      if (before && runs(before) && !runs(row)) this.unannounced.ended++;
      this.rows.set(row.attempt_id, row);
    }
    for (const attemptId of removed) this.rows.delete(attemptId);
  }

  private poll({ polls }: NonNullable<Messages['polls']>) {
    for (const { attempt_id, ...poll } of polls) {
      const row = this.rows.get(attempt_id);
      // While it does not run, the lack of polls is no warning.
      if (row) this.rows.set(attempt_id, { ...row, ...poll, no_poll_from: row.no_poll_from && poll.no_poll_from });
    }
  }
}
