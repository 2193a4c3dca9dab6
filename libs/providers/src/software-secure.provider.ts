import { createCipheriv } from 'node:crypto';
import { fetchWhole } from '#connections';
import { noAttemptMatches, plusMinutes, pythonRepr, Refusal, reviewStatusOf } from '#domain';
import { isObject } from '#shapes';
import { shapes } from './options.js';
import {
  type ExamForProvider,
  givenId,
  type Host,
  type Provider,
  ProviderRefused,
  type ProviderType,
  type RegistrationContext,
  type ReviewedAttempt,
} from './provider.js';
import { recordingLinkOf } from './recording-links.js';
import { isSuccess, parsed } from './rest.client.js';
import { retryOnce } from './retry-once.js';
import { signedHeaders } from './ssi-signature.js';
import { traceHeaders } from './trace-headers.js';
import { decryptedVideoLink } from './video-link.js';

export type SoftwareSecureOptions = {
  organization: string;
  exam_sponsor: string;
  exam_register_endpoint: string;
  secret_key_id: string;
  secret_key: string;
  crypto_key: string;
  software_download_url: string;
  send_email?: boolean;
  /** The networks of its callbacks. */
  callback_networks?: string[];
};

const timeoutMs = 5_000;

/** RPNow (domain.md §10.6): we register each attempt with one request, and it sends a review later. */
export const softwareSecure: ProviderType<SoftwareSecureOptions> = {
  options: {
    organization: shapes.text,
    exam_sponsor: shapes.text,
    exam_register_endpoint: shapes.address,
    secret_key_id: shapes.filled,
    secret_key: shapes.filled,
    crypto_key: shapes.tripleDesKey,
    software_download_url: shapes.text,
    send_email: shapes.flag,
    callback_networks: shapes.networks,
  },
  required: [
    'organization',
    'exam_sponsor',
    'exam_register_endpoint',
    'secret_key_id',
    'secret_key',
    'crypto_key',
    'software_download_url',
  ],
  defaults: { verboseName: 'RPNow', recordingHosts: ['*.remoteproctor.com'] },

  make({ name, verboseName, videoReviewAesKey, recordingHosts }, options, host): Partial<Provider> {
    const refused = (status: number, what: string) => new ProviderRefused(name, status, `${verboseName} ${what}`);
    return {
      blocksExamMaterial: true,
      reviewsByCode: true,
      callbackNetworks: options.callback_networks ?? [],

      async register(exam, context, _attemptId, time) {
        const at = new Date(time);
        const json = registrationOf(exam, context, options, host, at);
        const request = { method: 'POST', json, date: at.toUTCString() };
        const headers = signedHeaders(request, { keyId: options.secret_key_id, secret: options.secret_key });
        const { status, body } = await retryOnce(() => {
          const signal = AbortSignal.timeout(timeoutMs);
          return post(options.exam_register_endpoint, headers, JSON.stringify(json), signal).catch(() => {
            throw refused(signal.aborted ? 504 : 503, 'does not answer.');
          });
        });
        if (!isSuccess(status)) throw refused(status, `cannot register the attempt (HTTP ${status}).`);
        const externalId = givenId(Object(body).ssiRecordLocator);
        if (!externalId) throw refused(status, 'sent no id for the attempt.');
        return { externalId };
      },

      downloadUrl: async () => options.software_download_url,
      config: async () => ({
        download_url: options.software_download_url,
        name: verboseName,
        rules: {},
        instructions: [],
      }),
      normalizeReview: (payload, attempt) => reviewOf(payload, attempt, host.allowCallbackSimulation),
      async instructorUrl({ videoUrl }) {
        const link = videoUrl && videoReviewAesKey && decryptedVideoLink(videoUrl, videoReviewAesKey);
        // The list of hosts may have changed since the review came.
        return link
          ? recordingLinkOf(link.replaceAll('DirectLink-Generic', 'DirectLink-HTML5'), recordingHosts)
          : undefined;
      },
    };
  },
};

async function post(url: string, headers: Record<string, string>, body: string, signal: AbortSignal) {
  const all = { ...traceHeaders.getStore(), ...headers };
  const response = await fetchWhole(url, { method: 'POST', headers: all, body, signal });
  return { status: response.status, body: parsed(await response.text()) };
}

const registrationOf = (
  exam: ExamForProvider,
  context: RegistrationContext,
  options: SoftwareSecureOptions,
  host: Host,
  at: Date,
) => {
  const { attempt_code, time_limit_mins, full_name, review_policy, review_policy_exception: exception } = context;
  const [firstName = '', ...others] = full_name.split(' ');
  return {
    examCode: attempt_code,
    organization: options.organization,
    duration: time_limit_mins,
    reviewedExam: !context.is_sample_attempt,
    reviewerNotes: (review_policy ?? host.defaultReviewPolicy) + (exception ? `; ${exception}` : ''),
    examPassword: examPassword(attempt_code, options.crypto_key),
    examSponsor: options.exam_sponsor,
    examName: plainName(exam.exam_name),
    ssiProduct: 'rp-now',
    examUrl: `${context.lms_host}/api/edx_proctoring/proctoring_launch_callback/start_exam/${attempt_code}`,
    orgExtra: {
      examStartDate: at.toUTCString(),
      examEndDate: new Date(plusMinutes(at.toISOString(), time_limit_mins)).toUTCString(),
      noOfStudents: 1,
      examID: exam.id,
      courseID: exam.course_id,
      firstName,
      lastName: others.join(' '),
      ...(options.send_email ? { email: context.email } : {}),
    },
  };
};

/** Triple DES, because RPNow requires it. */
export const examPassword = (text: string, key: string): string => {
  const bytes = Buffer.from(key);
  const cipher = createCipheriv(bytes.length === 16 ? 'des-ede-ecb' : 'des-ede3-ecb', bytes, null);
  return Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]).toString('base64');
};

/** A name without accents and without characters that RPNow refuses. */
export const plainName = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/[^\p{ASCII}]/gu, '')
    .replace(/[[\]<>#:|!?/'"*\\]/g, '_') || 'Proctored Exam';

const commonStatusOf = Object.fromEntries(Object.entries(reviewStatusOf).map(([word, kept]) => [kept, word]));

/** RPNow's review in the common form (domain.md §8.1). */
function reviewOf(payload: Record<string, unknown>, attempt: ReviewedAttempt, anyLocator: boolean) {
  const { reviewStatus, videoReviewLink, webCamComments = [], desktopComments = [] } = payload;
  const { ssiRecordLocator: locator } = Object(payload.examMetaData);
  const hasLocator = typeof locator === 'string' && attempt.externalId !== null;
  if (!hasLocator || (!anyLocator && locator.toLowerCase() !== attempt.externalId!.toLowerCase()))
    throw noAttemptMatches();
  if (reviewStatus === undefined) throw new Refusal('bad_review', 'reviewStatus: This field is required.');
  if (typeof reviewStatus !== 'string' || !Object.hasOwn(commonStatusOf, reviewStatus))
    throw new Refusal(
      'bad_review_status',
      `Received unexpected reviewStatus field value from payload. Was ${pythonRepr(reviewStatus)}.`,
    );
  if (videoReviewLink && typeof videoReviewLink !== 'string')
    throw new Refusal('bad_review', 'videoReviewLink: Not a valid string.');
  return {
    status: commonStatusOf[reviewStatus],
    comments: [...commentsIn('webCamComments', webCamComments), ...commentsIn('desktopComments', desktopComments)],
    payload: videoReviewLink ? { videoReviewLink } : undefined,
  };
}

const commentsIn = (field: string, comments: unknown) => {
  if (!Array.isArray(comments)) throw new Refusal('bad_review_comment', `${field}: Expected a list.`);
  return comments.map((each, index) => {
    const missing = ['eventStart', 'eventFinish', 'duration', 'comments', 'eventStatus'].find(
      (name) => !isObject(each) || each[name] === undefined,
    );
    if (missing) throw new Refusal('bad_review_comment', `${field}.${index}.${missing}: This field is required.`);
    return {
      start: each.eventStart,
      stop: each.eventFinish,
      duration: each.duration,
      comment: each.comments,
      status: each.eventStatus,
    };
  });
};
