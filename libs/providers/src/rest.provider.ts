import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { inPath, type OnboardingError, onboardingErrors } from '#domain';
import { isObject } from '#shapes';
import { shapes } from './options.js';
import {
  type AttemptNotification,
  type Guidance,
  givenId,
  type Provider,
  ProviderRefused,
  type ProviderType,
} from './provider.js';
import { isSuccess, type RestAnswer, RestClient } from './rest.client.js';
import { retryOnce } from './retry-once.js';
import { StaleIfErrorCache } from './stale-if-error-cache.js';
import { workerBundleUrl } from './worker-bundle.js';

export type RestOptions = {
  base_url: string;
  client_id: string;
  client_secret: string;
  default_rules?: unknown;
  /** The bundle of the LMS that has the script for the learner's page. */
  npm_module?: string;
  /** Seconds for which a link for course staff is valid. */
  token_expiration_time?: number;
  /** The time limit of a call, in seconds. */
  request_timeout?: number;
  /** The same in the words of edx-proctoring: also a pair of limits, for connecting and for the answer. */
  timeout?: number | [number, number];
};

const statusOf: Record<Exclude<AttemptNotification, 'remove'>, string> = {
  start: 'started',
  stop: 'submitted',
  mark_erroneous: 'error',
};
const maxPages = 1_000;

/** A provider that speaks the platform's REST protocol (domain.md §10.2–10.5). */
export const rest: ProviderType<RestOptions> = {
  options: {
    base_url: shapes.address,
    client_id: shapes.filled,
    client_secret: shapes.filled,
    default_rules: shapes.object,
    npm_module: shapes.text,
    token_expiration_time: shapes.seconds,
    request_timeout: shapes.seconds,
    timeout: shapes.timeout,
  },
  required: ['base_url', 'client_id', 'client_secret'],
  defaults: { supportsOnboarding: true, passingStatuses: ['Clean'] },

  make({ name, verboseName }, options, host): Partial<Provider> {
    const baseUrl = options.base_url.replace(/\/+$/, '');
    const { client_id: clientId, client_secret: clientSecret } = options;
    const timeoutMs = (options.request_timeout ?? secondsIn(options.timeout) ?? 5) * 1000;
    const client = new RestClient({ name, verboseName, baseUrl, clientId, clientSecret, timeoutMs });
    const cache = new StaleIfErrorCache();

    const refused = (status: number, what: string) => new ProviderRefused(name, status, `${verboseName} ${what}`);
    const attemptPath = (examId: string | null, attemptId: string) =>
      `/api/v1/exam/${part(examId)}/attempt/${part(attemptId)}/`;
    /** The provider's texts for the learner. */
    const textsAt = async (path: string, language: string) => {
      const header = language === host.languageCode ? language : `${language};${host.languageCode}`;
      const answer = await cache.get(`${header} ${path}`, async () => {
        const { status, body } = await client.call('GET', path, { language: header });
        return isSuccess(status) && isObject(body) ? body : undefined;
      });
      return answer as (Guidance & object) | undefined;
    };
    const config = (language: string) => textsAt('/api/v1/config/', language);
    const registrationIn = ({ status, body }: RestAnswer) => {
      if (!isSuccess(status)) throw refused(status, `cannot register the attempt (HTTP ${status}).`);
      const { id, status: onboardingError } = Object(body);
      if (onboardingErrors.includes(onboardingError)) return { onboardingError: onboardingError as OnboardingError };
      const externalId = givenId(id);
      if (externalId) return { externalId };
      throw refused(status, 'sent no id for the attempt.');
    };

    return {
      wantsNotifications: true,
      hasDashboard: true,
      recordingHosts: options.recording_hosts ?? [new URL(baseUrl).host],

      async register(exam, { attempt_code, ...context }, _attemptId, _at, late) {
        if (!exam.external_id) throw refused(503, 'does not know the exam yet. Please try again.');
        const path = `/api/v1/exam/${part(exam.external_id)}/attempt/`;
        const json = { ...context, status: 'created' };
        return registrationIn(
          await retryOnce(() =>
            client.call('POST', path, { json, late: late && ((answer) => late(registrationIn(answer))) }),
          ),
        );
      },

      async notify(notification, examId, attemptId) {
        const path = attemptPath(examId, attemptId);
        if (notification === 'remove') {
          const { status, body } = await client.call('DELETE', path);
          const isRemoved = isSuccess(status) && confirmsRemoval(body);
          const isGone = isRemoved || status === 404 || status === 410;
          if (!isGone) throw refused(status, `did not remove the attempt (HTTP ${status}).`);
          return;
        }
        const { status, body } = await client.call('PATCH', path, { json: { status: statusOf[notification] } });
        if (!isSuccess(status) || body === undefined)
          throw refused(status, `did not take the status (HTTP ${status}).`);
      },

      async examSaved(exam) {
        const path = exam.external_id ? `/api/v1/exam/${part(exam.external_id)}/` : '/api/v1/exam/';
        const rules = options.default_rules ? { rules: options.default_rules } : {};
        const { status, body } = await client.call('POST', path, { json: { ...exam, ...rules } });
        if (!isSuccess(status) || !isObject(body)) throw refused(status, `did not take the exam (HTTP ${status}).`);
        const id = givenId(body.id);
        if (body.id && !id) throw refused(status, 'sent no id for the exam.');
        return id;
      },

      // Pages show other texts for a provider without a list, so this one has an empty list.
      guidance: async (examId, attemptId, language) => ({
        instructions: [],
        ...(await textsAt(attemptPath(examId, attemptId), language)),
      }),
      config: async (language) => (await config(language)) ?? null,
      downloadUrl: async (language) => textOf((await config(language))?.download_url),
      javascriptUrl: () => workerBundleUrl(options.npm_module, host),
      normalizeReview: (payload) => payload,

      async instructorUrl({ at, courseId, user, examExternalId, attemptExternalId, configuration }) {
        const ofExam = {
          exam_id: examExternalId,
          ...(configuration ? { config: true } : {}),
          ...(attemptExternalId ? { attempt_id: attemptExternalId } : {}),
        };
        const claims = {
          course_id: courseId,
          user,
          iss: clientId,
          jti: randomUUID().replaceAll('-', ''),
          exp: Date.parse(at) / 1000 + (options.token_expiration_time ?? 60),
          ...(examExternalId ? ofExam : {}),
        };
        const token = await new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
          .sign(new TextEncoder().encode(clientSecret));
        return `${baseUrl}/api/v1/instructor/${part(clientId)}/?jwt=${token}`;
      },

      async retireUser(obscuredUserId) {
        const { status, body } = await client.call('DELETE', `/api/v1/user/${part(obscuredUserId)}/`);
        if (typeof body === 'boolean') return body;
        throw refused(status, `did not say whether the learner is deleted (HTTP ${status}).`);
      },

      async onboardingProfiles(courseId, filters) {
        const query = new URLSearchParams(Object.entries(filters).filter(([, value]) => value !== ''));
        const path = `/api/v1/courses/${inPath(courseId)}/onboarding_statuses`;
        const page = async (path: string) => {
          const { status, body } = await client.call('GET', path);
          if (isSuccess(status) && body !== undefined) return body as any;
          throw refused(status, `did not send the onboarding profiles (HTTP ${status}).`);
        };
        const first = await page(query.size > 0 ? `${path}?${query}` : path);
        if (!Array.isArray(first?.results)) return first;
        const results = [...first.results];
        let next = first.next;
        for (let pages = 1; typeof next === 'string' && pages < maxPages; pages++) {
          const url = new URL(next, `${baseUrl}${path}`);
          // No other server may get the provider's token.
          if (!url.href.startsWith(`${baseUrl}/`))
            throw refused(502, 'sent a link to another server for its profiles.');
          const more = await page(url.href.slice(baseUrl.length));
          results.push(...(more?.results ?? []));
          next = more?.next;
        }
        return { ...first, results };
      },
    };
  },
};

/** A provider may also answer with an empty body (release-6.1.md §4, N5). */
const confirmsRemoval = (body: unknown) =>
  body === null || (isObject(body) && (body.status === undefined || body.status === 'deleted'));

const part = (id: string | null) => encodeURIComponent(String(id));
const secondsIn = (timeout: RestOptions['timeout']) => (Array.isArray(timeout) ? timeout[0] + timeout[1] : timeout);
const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
