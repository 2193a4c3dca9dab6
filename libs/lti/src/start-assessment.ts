import { decodeJwt, type JWTPayload } from 'jose';
import { isObject } from '#shapes';
import { attemptNumber, claim, proctoringClaim } from './claims.js';

/** The tool and the exam that a message names. Nothing is verified yet. Undefined if the message cannot be read. */
export function claimedSender(token: unknown): { clientId: unknown; resourceLinkId: unknown } | undefined {
  try {
    const claims = decodeJwt(String(token));
    return { clientId: claims.iss, resourceLinkId: linkIn(claims) };
  } catch {
    return undefined;
  }
}

const linkIn = (claims: JWTPayload): unknown => {
  const link = claims[claim('resource_link')];
  return isObject(link) ? link.id : undefined;
};

/** Is this the message that the learner may begin, with the values that the tool got (edx-exams.md §8.5)? */
export const isStartAssessment = (claims: JWTPayload, expected: { resourceLinkId: string; sessionData: string }) =>
  claims[claim('message_type')] === 'LtiStartAssessment' &&
  claims[claim('version')] === '1.3.0' &&
  claims[proctoringClaim('session_data')] === expected.sessionData &&
  claims[proctoringClaim('attempt_number')] === attemptNumber &&
  linkIn(claims) === expected.resourceLinkId;

/** Does the tool want a message when the attempt ends? */
export const wantsEndMessage = (claims: JWTPayload): boolean =>
  Boolean(claims[proctoringClaim('end_assessment_return')]);
