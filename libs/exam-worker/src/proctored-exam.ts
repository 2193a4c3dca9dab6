import { ExamWorker, type WorkerFailure } from './exam-worker.js';
import { type PutAction, putAction } from './requests.js';

/** Fields of an attempt's timer, as REST answers it (rest-api.md §3.6). */
export type AttemptTimer = {
  attempt_id: number;
  external_id: string | null;
  ping_interval?: number;
  /** "" if the provider has no script. */
  desktop_application_js_url: string;
};

/** A learner's attempt at a proctored exam: keeps the provider's software and the service in step (domain.md §10.9). */
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

  /** Starts the provider's software, and then the attempt. If either fails, it throws, and the attempt's time has not begun. */
  async start(): Promise<void> {
    await this.software?.worker.start(this.software.id);
    await this.put(this.attempt.attempt_id, 'start');
  }

  /**
   * Pings the provider's software while the exam runs. If it fails, reports an error, and calls `interrupted` when the
   * attempt has ended in error. If the report has no effect or gets no answer, it continues to ping.
   */
  watch(interrupted: (failure: WorkerFailure) => void): void {
    const report = async (failure: WorkerFailure) => {
      const ended = await this.put(this.attempt.attempt_id, 'error', failure.message).catch(() => false);
      if (ended !== false) interrupted(failure);
      return ended !== false;
    };
    this.software?.worker.keepPinging(this.software.id, report, this.over.signal);
  }

  /** The learner wants to end the exam, and may still go back. The pings stop. */
  async stop(): Promise<void> {
    await this.put(this.attempt.attempt_id, 'stop');
    this.over.abort();
  }

  /**
   * Submits the exam, and then ends the provider's software. If ending it fails, this throws, but the exam is submitted.
   */
  async submit(): Promise<void> {
    await this.put(this.attempt.attempt_id, 'submit');
    this.over.abort();
    await this.software?.worker.end(this.software.id);
  }
}
