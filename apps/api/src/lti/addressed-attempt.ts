import type { Database } from '#connections';
import { type Platform, resourceLinkOf, userOfSub } from '#lti';
import { type AttemptRecord, attemptById, newestAttemptIds } from '#read-models';

type Addressed = { sub: string; resourceLinkId: string; attemptNumber: string };

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** The attempt that a tool names by learner, exam and number. Undefined if there is none. */
export async function addressedAttempt(
  database: Database,
  platform: Platform,
  { sub, resourceLinkId, attemptNumber }: Addressed,
): Promise<AttemptRecord | undefined> {
  if (attemptNumber !== '1' || !uuid.test(sub)) return undefined;
  const userId = await userOfSub(database, sub);
  if (userId === undefined) return undefined;
  const newest = await newestAttemptIds(database, userId);
  const found = newest.find(({ generationId }) => resourceLinkOf(platform, generationId) === resourceLinkId);
  return found && attemptById(database, found.attemptId);
}
