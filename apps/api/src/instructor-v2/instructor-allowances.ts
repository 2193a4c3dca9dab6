import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Clock } from '#clock';
import { Database } from '#connections';
import { additionalTime, limits, minutesByMultiplier, type Origin, originOfPart, WithdrawAllowance } from '#domain';
import { allowancesAt, type ListedGeneration } from '#read-models';
import { type Caller, peopleOfCourses, type User, usersByIds, usersByNames } from '#roster';
import { noteObject, noteSubject } from '../access/access-note.js';
import { AllowanceGrants } from '../allowances/allowance-grants.js';
import { multiplierIn } from '../allowances/allowance-values.js';
import { Learners } from '../allowances/learners.js';
import { HttpAnswer } from '../http/http-answer.js';
import { problemOfExam } from './special-exams.js';

type Sender = { me: Caller; by: Origin; client: AbortSignal };
type Grant = Sender & { courseId: string; userTexts: readonly string[]; type: string; value: string };
type Withdrawal = Sender & { identifiers: readonly unknown[]; type: string };

const resultOf = (problem: string | undefined) =>
  problem === undefined ? { success: true } : { success: false, error: problem };

/** Grants and withdraws allowances one by one, and says what became of each (instructor-v2.md §3, I-2 and I-7). */
@Injectable()
export class InstructorAllowances {
  constructor(
    private readonly grants: AllowanceGrants,
    private readonly learners: Learners,
    private readonly commands: CommandBus,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** One result for each exam and learner. A learner keeps only this allowance at the exam. */
  async grant(asked: readonly { examId: number; exam: ListedGeneration | undefined }[], grant: Grant) {
    const { courseId, userTexts, me, client } = grant;
    if (asked.length * userTexts.length > limits.pairs)
      throw new HttpAnswer(400, { user_ids: [`At most ${limits.pairs} pairs of exams and learners are allowed.`] });
    const personOf = await this.learners.peopleOf(userTexts, [courseId], me);
    const results: { identifier: string; exam_id: number; success: boolean; error?: string }[] = [];
    for (const { examId, exam } of asked)
      for (const identifier of userTexts) {
        client.throwIfAborted();
        const problem =
          problemOfExam(exam, courseId) ?? (await this.grantOne(exam!, personOf(identifier, courseId), grant));
        results.push({ identifier, exam_id: examId, ...resultOf(problem) });
      }
    return results;
  }

  /** Answers why the allowance cannot be granted. */
  private async grantOne(
    exam: ListedGeneration,
    user: User | undefined,
    { type, value, by }: Grant,
  ): Promise<string | undefined> {
    if (!user) return 'User matching query does not exist.';
    const allowance = allowanceAt(exam, type, value);
    if (!allowance) return `Enter a number from 1 to ${limits.multiplier}.`;
    noteSubject(user.id);
    noteObject('exam', exam.examId);
    const refusal = await this.grants.grant(exam.examId, user.id, { ...allowance, isOnly: true }, by);
    return refusal && (refusal.message || 'The exam is not active.');
  }

  /** One result for each identifier, as it was sent. Without an allowance there is nothing to withdraw. */
  async withdraw({ examId, courseId }: ListedGeneration, { identifiers, type, me, by, client }: Withdrawal) {
    const userOf = await this.usersOf(identifiers);
    const users = identifiers.flatMap((identifier) => userOf(identifier) ?? []);
    const userIds = users.map(({ id }) => id);
    const isMember = await peopleOfCourses(this.database, userIds, [courseId]);
    const holders = new Set((await allowancesAt(this.database, [examId], userIds)).map(({ user }) => user.id));
    const results: { identifier: unknown; success: boolean; error?: string }[] = [];
    for (const identifier of identifiers) {
      client.throwIfAborted();
      const user = userOf(identifier);
      // As everywhere, course staff find the people of their course alone.
      const isFound = user && (me.isStaff || isMember(user.id, courseId) || holders.has(user.id));
      if (isFound) {
        noteSubject(user.id);
        const withdrawn = { key: type, at: this.clock.now() };
        const learner = { examId, userId: user.id };
        await this.commands.execute(new WithdrawAllowance(learner, withdrawn, originOfPart(by, `${user.id}`)));
      }
      results.push({ identifier, ...resultOf(isFound ? undefined : 'User not found') });
    }
    return results;
  }

  /** The dashboard sends the ids of users as numbers; a text is a user name or an e-mail first (instructor-v2.md §6, I10). */
  private async usersOf(identifiers: readonly unknown[]) {
    const texts = identifiers.flatMap((each) => (['string', 'number'].includes(typeof each) ? [String(each)] : []));
    const byName = await usersByNames(this.database, texts);
    const byId = await usersByIds(this.database, texts.filter(isId).map(Number));
    return (identifier: unknown): User | undefined => {
      if (typeof identifier !== 'string' && typeof identifier !== 'number') return undefined;
      const text = String(identifier);
      const found = isId(text) ? byId.get(Number(text)) : undefined;
      return typeof identifier === 'number' ? (found ?? byName.get(text)) : (byName.get(text) ?? found);
    };
  }
}

const isId = (text: string) => /^\d{1,15}$/.test(text);

/** A multiplier becomes additional time of each exam (rest-api.md §5.10). Undefined: the multiplier is no number, or too small or large. */
function allowanceAt({ timeLimitMins }: ListedGeneration, type: string, value: string) {
  if (type !== 'time_multiplier') return { key: type, value };
  const multiplier = multiplierIn(value);
  return multiplier === undefined
    ? undefined
    : { key: additionalTime, value: minutesByMultiplier(timeLimitMins, multiplier) };
}
