import { type Configuration, lmsAddressOf, type Settings } from '#configuration';
import type { Database } from '#connections';
import { type Effect, inPath, mailtoUrl } from '#domain';
import { isImported, type Metadata, type RecordedEvent } from '#event-store';
import { decryptFor, fieldAtExam, isRetired } from '#learner-keys';
import { attemptById, examById } from '#read-models';
import { creditState, escalationEmail, userById } from '#roster';
import type { Fields } from './templates.js';
import type { Template } from './texts.js';

/** The address and fields of a mail. An empty `to` means that there is no address. */
export type Mail = { to: string; provider: string | null; fields: Fields };

type Dependencies = { database: Database; configuration: Configuration };

/** The template of the mail that the event's effects ask for. */
export function templateOf(event: RecordedEvent): Template | undefined {
  if (isImported(event)) return undefined;
  const { effects = [] } = event.data as { effects?: Effect[] };
  for (const effect of effects) {
    if (effect.kind === 'mail') return effect.template;
    if (effect.kind === 'support_notice') return effect.about;
  }
  return undefined;
}

/** Looks names and addresses up when the mail is sent: events have none, and the learner may have been retired since. */
export async function mailOf(
  event: RecordedEvent,
  template: Template,
  { database, configuration }: Dependencies,
): Promise<Mail> {
  const { settings } = configuration;
  const { userId, examId, courseId } = event.metadata as Required<Metadata>;
  const { attemptId, sealed, answerBy } = event.data as { attemptId: number; sealed?: string; answerBy?: string };
  const [user, retired, exam, credit, escalation] = await Promise.all([
    userById(database, userId),
    isRetired(database, userId),
    examById(database, examId),
    creditState(database, userId, courseId),
    escalationEmail(database, courseId),
  ]);
  const { backend, examName } = exam!;
  const courseName = credit?.course_name ?? 'your course';
  const username = user?.username ?? '';
  const common = { username, courseName, examName, platform: settings.platformName };
  if (template === 'suspicious_review') {
    const attempt = await attemptById(database, attemptId);
    const reviewUrl = reviewUrlOf(settings, courseId, examId, attempt?.externalId);
    const fields = { ...common, courseName: credit?.course_name ?? courseId, reviewStatus: 'Suspicious', reviewUrl };
    return { to: escalation || settings.contactEmail, provider: backend, fields };
  }
  if (template === 'appeal') {
    const fields = {
      ...common,
      courseName: credit?.course_name ?? courseId,
      attemptId: String(attemptId),
      answerBy: dayOf(answerBy!),
    };
    return { to: escalation || settings.contactEmail, provider: backend, fields };
  }
  const about = `Proctored exam ${examName} in ${courseName}, learner ${username}`;
  const isAnswer = template === 'appeal_upheld' || template === 'appeal_dismissed';
  const place = fieldAtExam({ examId, userId }, 'reason');
  const reason = isAnswer ? await decryptFor(database, userId, sealed!, place) : undefined;
  const fields = {
    ...common,
    reason: reason ?? '',
    courseUrl:
      settings.learningMicrofrontendUrl && `${settings.learningMicrofrontendUrl}/course/${inPath(courseId)}/home`,
    ...contactOf(escalation, backend, about, settings),
  };
  return { to: retired ? '' : (user?.email ?? ''), provider: backend, fields };
}

/** "5 May 2031", in UTC. */
const dayOf = (instant: string): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(instant));

/** The contact for learners: the course's escalation address, else the provider's page, else the platform's (domain.md §9.6). */
function contactOf(escalation: string | null, backend: string | null, about: string, settings: Settings) {
  if (escalation) {
    return { contactUrl: mailtoUrl(escalation, about), contactText: escalation };
  }
  const { contact } = settings.backends[backend ?? '']?.LINK_URLS ?? {};
  const url = contact ?? `${lmsAddressOf(settings)}/support/contact_us`;
  return { contactUrl: url, contactText: url };
}

/** The link to the provider's dashboard for staff (rest-api.md §5.15). */
function reviewUrlOf(settings: Settings, courseId: string, examId: number, externalId: string | null = null) {
  const query = externalId === null ? '' : `?attempt=${encodeURIComponent(externalId)}`;
  return `${lmsAddressOf(settings)}/api/edx_proctoring/v1/instructor/${encodeURIComponent(courseId)}/${examId}${query}`;
}
