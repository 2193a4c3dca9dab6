import { type Caller } from '#roster';
import { noteSubject } from '../access/access-note.js';
import { refused } from '../http/http-answer.js';
import { idIn } from '../requests/ids.js';

/** The learner whom a request is about: the caller, or for global staff the user of `user_id` (rest-api.md §5.18). */
export const subjectOf = (me: Caller, userId: string | undefined): number => {
  if (!userId) return me.userId;
  if (!me.isStaff) throw refused(403, 'Must be a Staff User to Perform this request.');
  const subject = idIn(userId, 'user_id')!;
  noteSubject(subject);
  return subject;
};
