import { ExamWorker, type WorkerFailure } from './exam-worker.js';

// Of the browser.
declare const document: { cookie: string };

/** Of an attempt's timer, as REST answers it (rest-api.md §3.6). */
export type AttemptTimer = {
  attempt_id: number;
  external_id: string | null;
  ping_interval?: number;
  /** "" where the vendor has no script. */
  desktop_application_js_url: string;
};

/** PUT attempt/{id}. Answers the attempt that it is about, or false where it was of no effect; throws where it is refused. */
export type PutAction = (attemptId: number, action: string, detail?: string) => Promise<number | false>;

/** A learner's attempt at a proctored exam: keeps the vendor's software and the service in step (domain.md §10.9). */
export class ProctoredExam {
  private readonly software?: { worker: ExamWorker; id: string };
  private readonly over = new AbortController();

  constructor(
    private readonly attempt: AttemptTimer,
    private readonly put: PutAction = putAction,
  ) {
    const { desktop_application_js_url: url, external_id: id, ping_interval: pingInterval = 60 } = attempt;
    if (url && id) this.software = { worker: new ExamWorker({ url, pingInterval }), id };
  }

  /** Starts the vendor's software, and then the clock. Throws where either does not; then no time has passed. */
  async start(): Promise<void> {
    await this.software?.worker.start(this.software.id);
    await this.put(this.attempt.attempt_id, 'start');
  }

  /**
   * While the exam runs: pings the vendor's software. When it fails, reports that, and calls `interrupted` once the
   * attempt ended in error. Goes on where the report has no effect, or does not get through.
   */
  watch(interrupted: (failure: WorkerFailure) => void): void {
    const report = async (failure: WorkerFailure) => {
      const ended = await this.put(this.attempt.attempt_id, 'error', failure.message).catch(() => false);
      if (ended !== false) interrupted(failure);
      return ended !== false;
    };
    this.software?.worker.keepPinging(this.software.id, report, this.over.signal);
  }

  /** The learner is done, and may still think better of it. Nobody is watched meanwhile. */
  async stop(): Promise<void> {
    await this.put(this.attempt.attempt_id, 'stop');
    this.over.abort();
  }

  /** Hands the exam in, and then ends the vendor's software. Where only the latter fails, the exam is in all the same. */
  async submit(): Promise<void> {
    await this.put(this.attempt.attempt_id, 'submit');
    this.over.abort();
    await this.software?.worker.end(this.software.id);
  }
}

/** For pages on the service's own site, whose learners Open edX's cookies log in. */
export const putAction: PutAction = async (attemptId, action, detail) => {
  const [, csrfToken = ''] = /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie) ?? [];
  const answer = await fetch(`/api/edx_proctoring/v1/proctored_exam/attempt/${attemptId}`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json', 'USE-JWT-COOKIE': 'true', 'X-CSRFToken': csrfToken },
    body: JSON.stringify({ action, detail }),
  });
  const body = (await answer.json().catch(() => ({}))) as { exam_attempt_id?: number | false; detail?: string };
  if (answer.ok) return body.exam_attempt_id ?? false;
  throw new Error(`${action} was refused (HTTP ${answer.status}): ${body.detail}`);
};
