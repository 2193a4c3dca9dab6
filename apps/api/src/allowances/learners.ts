import { Injectable } from '@nestjs/common';
import { Database } from '#connections';
import { pythonRepr, Refusal } from '#domain';
import {
  type Caller,
  isOfCourse,
  peopleOfCourses,
  type User,
  userByEmail,
  userById,
  userByName,
  usersByNames,
} from '#roster';

/** Finds the learner whom an allowance is for. */
@Injectable()
export class Learners {
  constructor(private readonly database: Database) {}

  /**
   * A number is a user's id; a text is a user name, else an e-mail address (rest-api.md §5.9). Course staff find only people of
   * their course, so that they cannot search all people of the service. @throws Refusal user_not_found
   */
  async idOf(userInfo: unknown, me: Caller, courseOf: () => Promise<string | undefined>): Promise<number> {
    const user =
      typeof userInfo === 'string'
        ? ((await userByName(this.database, userInfo)) ?? (userInfo && (await userByEmail(this.database, userInfo))))
        : Number.isSafeInteger(userInfo)
          ? await userById(this.database, userInfo as number)
          : undefined;
    const courseId = user && !me.isStaff ? await courseOf() : undefined;
    const isFound = user && (me.isStaff || (courseId && (await isOfCourse(this.database, user.id, courseId))));
    if (isFound) return user.id;
    throw new Refusal('user_not_found', `Cannot find user against ${pythonRepr(userInfo)}`);
  }

  /** The same for many texts and these courses, with two queries. Answers a function that finds one person. */
  async peopleOf(texts: readonly string[], courseIds: readonly string[], me: Caller) {
    const users = await usersByNames(this.database, texts);
    const userIds = [...users.values()].map(({ id }) => id);
    const isMember = me.isStaff ? () => true : await peopleOfCourses(this.database, userIds, courseIds);
    return (text: string, courseId: string): User | undefined => {
      const user = users.get(text);
      return user && isMember(user.id, courseId) ? user : undefined;
    };
  }
}
