import { type ExamHandler, handlerWrapper } from '#exam-worker';

/** The address of the provider's application; the provider writes it before this script. */
declare const desk: string;

/** A provider's script: it asks the application on the learner's desk, and says there which attempt it is about. */
class DeskWatcher implements ExamHandler {
  onStartExamAttempt = (timeout?: number, attempt?: string) => this.tell('POST', 'start', attempt, timeout);
  onEndExamAttempt = (attempt?: string) => this.tell('POST', 'end', attempt);
  onPing = (timeout?: number, attempt?: string) => this.tell('GET', 'ping', attempt, timeout);

  private async tell(method: string, what: string, attempt?: string, timeout?: number) {
    const within = timeout === undefined ? '' : `&timeout=${timeout}`;
    const { ok, status } = await fetch(`${desk}/desk/${what}?attempt=${attempt}${within}`, { method });
    if (!ok) throw new Error(`the application answers ${status}`);
  }
}
handlerWrapper(DeskWatcher);
