import { onboardingStatusOfProfile } from '#domain';
import { type Provider, ProviderRefused } from '#providers';
import { HttpAnswer, refused } from '../http/http-answer.js';

type Profile = { status: string | null; expirationDate: string | null };

const noApi = (provider: Provider) => new HttpAnswer(404, `No onboarding status API for ${provider.verboseName}`);
const isProfile = (value: any): value is { user_id: string; status: unknown; expiration_date?: unknown } =>
  typeof value === 'object' && value !== null && 'status' in value;

/** The provider's status of one learner's onboarding; undefined if the provider cannot answer (domain.md §7.5). */
export async function profileOf(provider: Provider, courseId: string, userId: string): Promise<Profile | undefined> {
  try {
    const profile = await provider.onboardingProfiles(courseId, { user_id: userId });
    if (profile === undefined || profile === null) throw noApi(provider);
    if (!isProfile(profile)) return undefined;
    return {
      status: onboardingStatusOfProfile[String(profile.status)] ?? null,
      expirationDate: (profile.expiration_date as string | null) ?? null,
    };
  } catch (error) {
    if (error instanceof ProviderRefused) return undefined;
    throw error;
  }
}

const statusesOfStaff: Readonly<Record<string, string>> = { ...onboardingStatusOfProfile, 'no-profile': 'not_started' };
const profileStatusOf = Object.fromEntries(Object.entries(statusesOfStaff).map(([theirs, ours]) => [ours, theirs]));

/**
 * The onboarding of a course's learners at the provider, in its order. Learners without a profile come last (rest-api.md
 * §5.14). The keys of `learners` are obscured ids. `statuses` is the parameter of the request.
 */
export async function onboardingAtProvider<Learner>(
  provider: Provider,
  courseId: string,
  learners: ReadonlyMap<string, Learner>,
  statuses: string | undefined,
): Promise<{ learner: Learner; status: string | null }[]> {
  const wanted = (statuses ? statuses.split(',') : []).map((status) => {
    if (Object.hasOwn(profileStatusOf, status)) return profileStatusOf[status];
    throw refused(400, `statuses: the provider has no status ${status}.`);
  });
  const results = await provider.onboardingProfiles(courseId, { status: wanted.join(',') }).then(
    (answer) => {
      if (answer === undefined || answer === null) throw noApi(provider);
      return (answer as { results?: unknown }).results;
    },
    (error) => {
      if (error instanceof ProviderRefused) return undefined;
      throw error;
    },
  );
  if (!Array.isArray(results))
    throw refused(503, 'The onboarding service is temporarily unavailable. Please try again later.');
  const left = new Map(learners);
  const rows = results.filter(isProfile).flatMap(({ user_id, status }) => {
    const learner = left.get(user_id);
    left.delete(user_id);
    return learner ? [{ learner, status: statusesOfStaff[String(status)] ?? null }] : [];
  });
  const fills = statuses === undefined || statuses.includes('not_started');
  return fills ? [...rows, ...[...left.values()].map((learner) => ({ learner, status: 'not_started' }))] : rows;
}
