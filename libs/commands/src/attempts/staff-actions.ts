import { Injectable } from '@nestjs/common';
import {
  AnswerAppeal,
  type AnyLearnerAtExamCommand,
  type Attempt,
  decide,
  type Effect,
  fold,
  judgementOf,
  type LearnerAtExamEvent,
  learnerAtExam,
  MarkReadyToResume,
  type Origin,
  Refusal,
  RejectAttempt,
  RemoveAllAttempts,
  RemoveAttempt,
  type Status,
  VerifyAttempt,
} from '#domain';
import type { RecordedEvent } from '#event-store';
import { FactFinder } from '../facts.js';
import { learnerAtExamOf } from '../streams.js';
import { informed } from './attempt.handler.js';

type Asked = { attempt: Attempt; staffId: number; at: string; by: Origin };

const answer =
  (isUpheld: boolean) =>
  ({ attempt, staffId, at, by }: Asked) =>
    new AnswerAppeal(attempt, { attemptId: attempt.id, reason: '', isUpheld, answeredBy: staffId, at }, by);

const commands = {
  mark_ready_to_resume: ({ attempt, at, by }: Asked) =>
    new MarkReadyToResume(attempt, { attemptId: attempt.id, at }, by),
  verify: ({ attempt, staffId, at, by }: Asked) =>
    new VerifyAttempt(attempt, { attemptId: attempt.id, reason: '', verifiedBy: staffId, at }, by),
  reject: ({ attempt, staffId, at, by }: Asked) =>
    new RejectAttempt(attempt, { attemptId: attempt.id, reason: '', rejectedBy: staffId, at }, by),
  uphold_appeal: answer(true),
  dismiss_appeal: answer(false),
  remove: ({ attempt, at, by }: Asked) => new RemoveAttempt(attempt, { attemptId: attempt.id, at }, by),
  remove_all: ({ attempt, at, by }: Asked) => new RemoveAllAttempts(attempt, { at }, by),
} satisfies Record<string, (asked: Asked) => AnyLearnerAtExamCommand>;

export type StaffActionName = keyof typeof commands;
export const staffActionNames = Object.keys(commands) as StaffActionName[];

/** `statusAfter`: null if the attempt is removed. `refusal`: why this person cannot do it now. */
export type StaffAction = {
  action: StaffActionName;
  refusal: string | null;
  statusAfter: Status | null;
  effects: Effect[];
};

/** Tells what staff may do with an attempt, and what would follow, by the decisions themselves. Nothing is written. */
@Injectable()
export class StaffActions {
  constructor(private readonly facts: FactFinder) {}

  /** `history` is the stream of the attempt. */
  async of(
    attempt: Attempt,
    history: readonly RecordedEvent[],
    { staffId, at }: { staffId: number; at: string },
  ): Promise<StaffAction[]> {
    const facts = await this.facts.of(attempt.examId, attempt.userId);
    const state = learnerAtExamOf(history);
    const confirmed = state.attempts.map(({ id }) => id);
    const added = { sealed: '', judgement: judgementOf(history, attempt.id), confirmed };
    const asked = { attempt, staffId, at, by: { actor: { kind: 'user', userId: staffId } } } as const;
    const decided = (command: AnyLearnerAtExamCommand) => {
      const events: LearnerAtExamEvent[] = decide(learnerAtExam, state, Object.assign(informed(command, facts), added));
      const after = fold(learnerAtExam, events, state).attempts.find(({ id }) => id === attempt.id);
      const effects = events.flatMap(({ data }) => ('effects' in data && data.effects) || []);
      return { refusal: null, statusAfter: after?.status ?? null, effects };
    };
    return staffActionNames.map((action) => {
      try {
        return { action, ...decided(commands[action](asked)) };
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return { action, refusal: error.message, statusAfter: attempt.status, effects: [] };
      }
    });
  }
}
