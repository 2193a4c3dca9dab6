import { type ExamHandler, handlerWrapper } from '#exam-worker';

/** The address of the provider's application. The provider defines it before this script. */
declare const desk: string;

/** The script of a provider: it sends requests about the attempt to the application on the learner's computer. */
class DeskWatcher implements ExamHandler {
  onStartExamAttempt = (timeout?: number, attempt?: string) => this.send('POST', 'start', attempt, timeout);
  onEndExamAttempt = (attempt?: string) => this.send('POST', 'end', attempt);
  onPing = (timeout?: number, attempt?: string) => this.send('GET', 'ping', attempt, timeout);

  private async send(method: string, what: string, attempt?: string, timeout?: number) {
    const within = timeout === undefined ? '' : `&timeout=${timeout}`;
    const { ok, status } = await fetch(`${desk}/desk/${what}?attempt=${attempt}${within}`, { method });
    if (!ok) throw new Error(`the application answers ${status}`);
  }
}
handlerWrapper(DeskWatcher);
