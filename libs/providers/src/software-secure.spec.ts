import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encryptedVideoLink, type ProviderOptions, providerOf } from './index.js';
import { examPassword, plainName } from './software-secure.provider.js';
import { signedHeaders } from './ssi-signature.js';
import { decryptedVideoLink } from './video-link.js';

const at = '2031-05-05T10:00:00.000Z';

describe('test vectors of the reference', () => {
  it('a request is signed', () => {
    const date = 'Wed, 15 Jul 2015 05:10:31 GMT';
    const json = {
      examCode: 'ABC',
      organization: 'edx',
      duration: 10,
      reviewedExam: true,
      reviewerNotes: 'Closed Book',
      examPassword: 'p',
      examSponsor: 'edX LMS',
      examName: 'Exam',
      ssiProduct: 'rp-now',
      examUrl: 'http://x',
      orgExtra: {
        examStartDate: date,
        examEndDate: 'Wed, 15 Jul 2015 05:20:31 GMT',
        noOfStudents: 1,
        examID: 7,
        courseID: 'a/b/c',
        firstName: 'A',
        lastName: '',
        email: null,
      },
    };
    const key = { keyId: 'foo', secret: '4B230FA45A6EC5AE8FDE2AFFACFABAA16D8A3D0B' };
    expect(signedHeaders({ method: 'POST', json, date }, key)).toEqual({
      'Content-Type': 'application/json',
      Date: date,
      Authorization: 'SSI foo:6t5PkKhhy6whfopjwYlxH18cwykgI2Rhb7I6S+vNROU=',
    });
  });

  it('an attempt code is encrypted as the password', () =>
    expect(examPassword('4D07A01A-1502-422E-B943-93AC04DC6CED', '123456789123456712345678')).toBe(
      'g6OAjiKQN78sk+/j9ohJA9IBCpkiE6e4sG6eA18rMb3tDsjb/Q1YnA==',
    ));

  it.each([
    [
      'B886E02F19C77EC734B1B132BEECD91E',
      'http://www.remoteproctor.com/AdminSite/Account/Reviewer/DirectLink-Generic.aspx?ID=foo',
      'tWejSdI9rCcfFX32z7YqYb9wQkWaEAicC6YLYB0zn4t5GF1-lKusaQEtLkkFK4A701xcBLrqrenXh_VBKSTdv07rS35DbLmtuJcLRuOgdfbJ-CAPwFMzJD6zL6vOZWGh',
    ],
    ['32fe72aaf2abb44de9e161131b5435c8d37cbdb6f5df242ae860b283115f2dae', 'Hello World!', 'QOzGLCbc5DR8LZvr4Q0ZTg=='],
    ['32fe72aaf2abb44de9e161131b5435c8d37cbdb6f5df242ae860b283115f2dae', '', '_LgBTRyepui-rjXHABCXlA=='],
  ])('with the key %s the link %j is encrypted and decrypted', (key, link, encrypted) => {
    expect(encryptedVideoLink(link, key)).toBe(encrypted);
    expect(decryptedVideoLink(encrypted, key)).toBe(link);
  });

  it('a link that another key encrypted cannot be decrypted', () =>
    expect(decryptedVideoLink('QOzGLCbc5DR8LZvr4Q0ZTg==', 'B886E02F19C77EC734B1B132BEECD91E')).toBeUndefined());

  it.each([
    ['s/s é"', 's_s e_'],
    ['[a]<b>#c:d|e!f?g/h\'i"j*k\\l', '_a__b__c_d_e_f_g_h_i_j_k_l'],
    ['試験', 'Proctored Exam'],
  ])('the exam %j is called %j', (name, plain) => expect(plainName(name)).toBe(plain));
});

describe('Software Secure', () => {
  let server: Server;
  let options: ProviderOptions;
  let requests: { headers: any; body: any }[];
  let answer: { status: number; body: string };

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString();
      requests.push({ headers: request.headers, body: JSON.parse(body) });
      response.writeHead(answer.status).end(answer.body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    options = {
      organization: 'org',
      exam_sponsor: 'sponsor',
      exam_register_endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/register`,
      secret_key_id: 'key-id',
      secret_key: 'secret',
      crypto_key: '123456789123456712345678',
      software_download_url: 'https://rpnow.example.org',
      video_review_aes_key: 'B886E02F19C77EC734B1B132BEECD91E',
    };
  });
  afterAll(() => server.close());
  beforeEach(() => {
    requests = [];
    answer = { status: 200, body: '{"ssiRecordLocator":"SSI-1"}' };
  });

  const provider = (more: ProviderOptions = {}, host = {}) =>
    providerOf(
      {
        backends: { software_secure: { ...options, ...more } },
        defaultBackend: 'software_secure',
        pingIntervalSeconds: 60,
        allowCallbackSimulation: false,
        defaultReviewPolicy: 'Closed Book',
        languageCode: 'en',
        lmsRootUrl: '',
        ...host,
      },
      null,
    );
  const register = (more: object = {}, by = provider()) =>
    by.register(
      { id: 7, external_id: null, course_id: 'a/b/c', exam_name: 'Mid: term' },
      {
        lms_host: 'https://lms.example.org',
        time_limit_mins: 30,
        attempt_code: 'CODE',
        is_sample_attempt: false,
        user_id: 'obscured',
        full_name: 'Alice B Learner',
        email: 'alice@example.org',
        ...more,
      },
      1,
      at,
    );

  it('gets a signed registration, and gives the attempt a record locator', async () => {
    expect(await register()).toEqual({ externalId: 'SSI-1' });
    const [{ headers, body }] = requests;
    expect(body).toMatchObject({
      examCode: 'CODE',
      organization: 'org',
      duration: 30,
      reviewedExam: true,
      reviewerNotes: 'Closed Book',
      examName: 'Mid_ term',
      examUrl: 'https://lms.example.org/api/edx_proctoring/proctoring_launch_callback/start_exam/CODE',
      orgExtra: { noOfStudents: 1, examID: 7, courseID: 'a/b/c', firstName: 'Alice', lastName: 'B Learner' },
    });
    expect(body.orgExtra).not.toHaveProperty('email');
    expect(Date.parse(body.orgExtra.examEndDate) - Date.parse(body.orgExtra.examStartDate)).toBe(30 * 60_000);
    const key = { keyId: 'key-id', secret: 'secret' };
    expect(headers.authorization).toBe(
      signedHeaders({ method: 'POST', json: body, date: headers.date }, key).Authorization,
    );
  });

  it('gets the review policy, the exception, and the e-mail address if an option says so', async () => {
    const policy = { review_policy: 'open book', review_policy_exception: 'a calculator' };
    await register(policy, provider({ send_email: true }));
    await register({ review_policy_exception: 'a calculator' }, provider({}, { defaultReviewPolicy: 'No books' }));
    expect(requests.map(({ body }) => body.reviewerNotes)).toEqual([
      'open book; a calculator',
      'No books; a calculator',
    ]);
    expect(requests[0].body.orgExtra.email).toBe('alice@example.org');
  });

  it.each([
    [201, '{"ssiRecordLocator":"SSI-2"}', { externalId: 'SSI-2' }],
    [503, 'down', { status: 503 }],
    [400, '{"error":1}', { status: 400 }],
    [200, '{}', { status: 200 }],
    [200, 'garbage', { status: 200 }],
    [200, '{garbage', { status: 200 }],
  ])('its answer %i %s leads to %j', async (status, body, outcome) => {
    answer = { status, body };
    expect(await register().catch((error) => error)).toMatchObject(outcome);
  });

  it.each([
    [503, 2],
    [502, 2],
    [500, 1],
    [200, 1],
  ])('that answers %i gets %i requests: a second only if it was busy', async (status, times) => {
    answer = { status, body: '{}' };
    await register().catch(() => {});
    expect(requests).toHaveLength(times);
  });

  it('that is unreachable is an error', async () => {
    const gone = provider({ exam_register_endpoint: 'http://127.0.0.1:1/' });
    await expect(register({}, gone)).rejects.toMatchObject({ status: 503, message: 'RPNow does not answer.' });
  });

  const attempt = { attemptCode: 'CODE', externalId: 'SSI-1' };
  const review = (more: object = {}) => ({
    examMetaData: { examCode: 'CODE', ssiRecordLocator: 'ssi-1' },
    reviewStatus: 'Suspicious',
    ...more,
  });

  it('reviews an attempt, with comments about camera and screen, and a recording', () => {
    const comment = { eventStart: 1, eventFinish: 3, duration: 2, comments: 'left', eventStatus: 'Suspicious' };
    const common = { start: 1, stop: 3, duration: 2, comment: 'left', status: 'Suspicious' };
    const payload = review({
      webCamComments: [comment],
      desktopComments: [{ ...comment, comments: 'copied' }],
      videoReviewLink: 'https://video',
    });
    expect(provider().normalizeReview(payload, attempt)).toEqual({
      status: 'suspicious',
      comments: [common, { ...common, comment: 'copied' }],
      payload: { videoReviewLink: 'https://video' },
    });
  });

  it.each([
    [{ examMetaData: {} }, 'No attempt matches this review.'],
    [{ examMetaData: { ssiRecordLocator: 'OTHER' } }, 'No attempt matches this review.'],
    [{ reviewStatus: undefined }, 'reviewStatus: This field is required.'],
    [{ reviewStatus: 'clean' }, 'Received unexpected reviewStatus field value from payload. Was clean.'],
    [{ reviewStatus: null }, 'Received unexpected reviewStatus field value from payload. Was None.'],
    [{ webCamComments: {} }, 'webCamComments: Expected a list.'],
    [{ desktopComments: [{ eventStart: 1 }] }, 'desktopComments.0.eventFinish: This field is required.'],
    [{ videoReviewLink: 5 }, 'videoReviewLink: Not a valid string.'],
  ])('whose review has %j is refused', (more, message) =>
    expect(() => provider().normalizeReview(review(more), attempt)).toThrow(message),
  );

  it('may be simulated with any record locator, if a setting allows it', () => {
    const simulated = review({ examMetaData: { ssiRecordLocator: 'OTHER' } });
    const allowed = provider({}, { allowCallbackSimulation: true });
    expect(allowed.normalizeReview(simulated, attempt)).toMatchObject({ status: 'suspicious' });
  });

  it('has a link for course staff only to the recording of a review', async () => {
    const user = { id: '', full_name: '', email: '' };
    const videoUrl = encryptedVideoLink(
      'https://v.remoteproctor.com/DirectLink-Generic',
      String(options.video_review_aes_key),
    );
    const url = (more: object) => provider().instructorUrl({ at, courseId: 'a/b/c', user, ...more });
    expect(await url({ videoUrl })).toBe('https://v.remoteproctor.com/DirectLink-HTML5');
    expect(await url({})).toBeUndefined();
    const elsewhere = encryptedVideoLink('https://evil.example.net/1', String(options.video_review_aes_key));
    expect(await url({ videoUrl: elsewhere })).toBeUndefined();
  });
});
