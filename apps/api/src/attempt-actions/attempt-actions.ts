import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#clock';
import { ManyCommands } from '#commands';
import { Database } from '#connections';
import { type AnyLearnerAtExamCommand, limits, type Origin, type Outage, originOfPart, Refusal } from '#domain';
import type { RecordedEvent } from '#event-store';
import { type AttemptRecord, selectedAttempts } from '#read-models';
import { noteObject, noteSubject } from '../access/access-note.js';
import { refused } from '../http/http-answer.js';
import { actionResultJson, noSuchAttemptJson } from './attempt-actions.answers.js';
import type { AttemptActionRequest } from './attempt-actions.requests.js';

export type OnAttempt = {
  learner: { examId: number; userId: number };
  data: { attemptId: number; at: string };
  by: Origin;
};

/** The command of an action on one attempt. `seconds` are shown with its result. */
export type ActionOn = (
  on: OnAttempt,
  history: readonly RecordedEvent[],
) => { command: AnyLearnerAtExamCommand; seconds?: number };

/** Carries out an action on many attempts of a course, or shows what it would do. */
@Injectable()
export class AttemptActions {
  private readonly log = new Logger('AttemptActions');

  constructor(
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly commands: ManyCommands,
  ) {}

  async act(courseId: string, request: AttemptActionRequest, by: Origin, actionOn: ActionOn, ranIn?: Outage) {
    const { attempt_ids: attemptIds, exam_id: examId, whole_course, preview = false } = request;
    if ([attemptIds, examId, whole_course || undefined].filter((each) => each !== undefined).length !== 1)
      throw refused(400, 'attempt_ids: Exactly one of attempt_ids, exam_id and whole_course is required.');
    const attempts = await selectedAttempts(
      this.database,
      courseId,
      { attemptIds, examId, ranIn: attemptIds ? undefined : ranIn },
      limits.pairs + 1,
    );
    if (attempts.length > limits.pairs)
      throw refused(400, `exam_id: At most ${limits.pairs} attempts can be changed at once. Please choose an exam.`);
    noteSubject(...attempts.map(({ userId }) => userId));
    if (examId !== undefined) noteObject('exam', examId);

    const at = this.clock.now();
    const seconds = new Map<number, number>();
    const commandFor = (attempt: AttemptRecord, history: readonly RecordedEvent[]) => {
      const { id: attemptId } = attempt;
      const origin = originOfPart(by, String(attemptId));
      const action = actionOn({ learner: attempt, data: { attemptId, at }, by: origin }, history);
      if (action.seconds !== undefined) seconds.set(attemptId, action.seconds);
      return action.command;
    };
    const results = await this.commands[preview ? 'preview' : 'execute'](attempts, commandFor);
    const found = new Set(attempts.map(({ id }) => id));
    const answers = attempts.map((attempt, index) => {
      const result = results[index]!;
      if (result.status === 'rejected' && !(result.reason instanceof Refusal))
        this.log.error({
          message: 'An attempt could not be changed',
          attemptId: attempt.id,
          reason: String(result.reason),
        });
      return actionResultJson(attempt, result, at, { seconds: seconds.get(attempt.id), isKept: by.key !== undefined });
    });
    return {
      preview,
      grant_id: null as string | null,
      changed: answers.filter(({ changed }) => changed).length,
      attempts: answers,
      not_found: (attemptIds ?? []).filter((id) => !found.has(id)).map(noSuchAttemptJson),
    };
  }
}
