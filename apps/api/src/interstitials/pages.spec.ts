import { type Interstitial, interstitials } from '#domain';
import { catalogues, type Language, Texts } from '../texts/texts.js';
import { html, isLink } from './html.js';
import { pageOf, type Shown } from './pages.js';

const wicked = `<script>alert("x")</script>'&{exam}`;
const timed = {
  total_time: '90 minutes',
  hide_extra_time_footer: false,
  will_be_revealed: true,
  exam_id: 7,
  exam_name: wicked,
  progress_page_url: '/courses/c/progress',
  does_time_remain: true,
  has_time_expired: false,
  enter_exam_endpoint: '/attempt',
  change_state_url: '/attempt/3',
  course_id: 'c',
  wait_deadline: '2031-05-05T12:00:00+00:00',
};
const requirement = {
  namespace: 'proctored_exam',
  name: 'first',
  display_name: wicked,
  criteria: {},
  reason: null,
  status: null,
  status_date: null,
  order: 1,
  jumpto_url: '/jump_to/first',
};
const proctoring = {
  prerequisite_status: {
    are_prerequisites_satisifed: false,
    satisfied_prerequisites: [],
    failed_prerequisites: [requirement],
    pending_prerequisites: [requirement],
    declined_prerequisites: [],
  },
  platform_name: wicked,
  total_time: '90 minutes',
  exam_id: 7,
  progress_page_url: '/courses/c/progress',
  is_sample_attempt: false,
  has_due_date: true,
  has_due_date_passed: true,
  able_to_reenter_exam: true,
  enter_exam_endpoint: '/attempt',
  change_state_url: '/attempt/3',
  exam_started_poll_url: '/attempt/3',
  update_is_status_acknowledge_url: '/attempt/3/review_status',
  link_urls: { faq: 'https://example.org/faq', contact_us: 'javascript:alert(1)', online_proctoring_rules: wicked },
  tech_support_email: 'help@example.org',
  proctoring_escalation_email: wicked,
  exam_review_policy: wicked,
  backend_js_bundle: 'https://example.org/worker.js',
  provider_tech_support_email: wicked,
  provider_tech_support_phone: wicked,
  provider_name: wicked,
  learner_notification_from_email: wicked,
  integration_specific_email: wicked,
  exam_display_name: wicked,
  reset_link: 'https://example.org/password_assistance',
  ping_interval: 60,
  can_view_content_past_due: true,
  allow_proctoring_opt_out: true,
  exam_code: 'CODE',
  backend_instructions: [wicked, { odd: wicked }] as unknown,
  software_download_url: 'https://example.org/download' as unknown,
  onboarding_status: 'onboarding_failed',
  onboarding_link: '/jump_to/onboarding',
  support_email_subject: 'x',
};

const page = (interstitial: Interstitial, language: Language = 'en', more: object = {}) => {
  const context = { ...(interstitial.startsWith('timed_') ? timed : proctoring), ...more };
  const attempt = { id: 3, externalId: wicked };
  return pageOf({ interstitial, context, minutes: 90, attempt } as Shown, new Texts(language));
};

/** Elements that are opened and not closed, or closed and not opened. Attributes must be quoted, and escaped. */
const unbalanced = (text: string): string[] => {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, close, name] of text.matchAll(/<(\/?)([a-z0-9]+)(?: [a-z-]+(?:="[^"<>]*")?)*>/g)) {
    if (name === 'input') continue;
    if (close === '') open.push(name!);
    else if (open.pop() !== name) wrong.push(name!);
  }
  return [...wrong, ...open];
};
const textOf = (fragment: string) => fragment.replace(/<[^>]*>/g, '').trim();
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found]) => found!);

describe.each(Object.keys(catalogues) as Language[])('pages in %s', (language) => {
  it.each(interstitials)('%s is well-formed, in its language, and has one heading', (interstitial) => {
    const text = page(interstitial, language);
    expect(unbalanced(text)).toEqual([]);
    expect(text).toMatch(new RegExp(`^<section class="proctoring" [^>]*lang="${language}" dir="ltr"`));
    expect(text.match(/<h[1-6]/g)).toEqual(['<h2']);
    expect(text).toContain(`data-interstitial="${interstitial}"`);
  });

  it.each(interstitials)('%s lets no value become markup', (interstitial) => {
    const text = page(interstitial, language);
    expect(text).not.toContain('<script');
    expect(text).not.toMatch(/ (href|action|data-opens)="(?!\/|https:\/\/example|mailto:)/);
  });

  it.each(interstitials)('%s names every button and link, and fills every placeholder', (interstitial) => {
    const text = page(interstitial, language);
    const names = [...all(text, /<button[^>]*>(.*?)<\/button>/gs), ...all(text, /<a [^>]*>(.*?)<\/a>/gs)];
    expect(names.map(textOf)).not.toContain('');
    expect(textOf(text).replaceAll('{exam}', '')).not.toMatch(/\{\w+\}/);
  });
});

const actionsOf = (text: string) => all(text, /<form data-action="(\w+)"/g);

describe('what a learner can do', () => {
  it.each<[Interstitial, string[]]>([
    ['timed_entrance', ['start']],
    ['timed_ready_to_submit', ['submit', 'start']],
    ['timed_submitted', []],
    ['timed_expired', []],
    ['proctored_entrance', ['create', 'create_unproctored']],
    ['proctored_submitted', ['acknowledge']],
    ['proctored_verified', ['acknowledge']],
    ['proctored_rejected', ['acknowledge']],
    ['proctored_error', []],
    ['proctored_expired', []],
    ['practice_entrance', ['create']],
    ['practice_submitted', ['reset_attempt']],
    ['practice_error', ['reset_attempt']],
    ['onboarding_entrance', ['create']],
    ['onboarding_ready_to_submit', ['submit', 'start']],
    ['onboarding_submitted', ['reset_attempt']],
    ['onboarding_verified', []],
    ['onboarding_rejected', ['reset_attempt']],
    ['onboarding_error', ['reset_attempt']],
    ['set_up', ['click_download_software', 'check_ready', 'decline']],
    ['ready_to_start', ['start']],
    ['ready_to_submit', ['submit', 'start']],
    ['ready_to_resume', ['create']],
    ['wrong_browser', ['stop']],
    ['onboarding_required', []],
    ['prerequisites_failed', ['create_unproctored']],
    ['prerequisites_pending', ['create_unproctored']],
    ['inactive_account', []],
  ])('at %s: %j', (interstitial, actions) => expect(actionsOf(page(interstitial))).toEqual(actions));

  it('at the entrance of a timed exam is to create an attempt, or to start the one there is', () => {
    const fields = (more?: object) => all(page('timed_entrance', 'en', more), /<input type="hidden" (.*?)>/g);
    expect(fields({ change_state_url: '' })).toEqual(['name="exam_id" value="7"', 'name="start_clock" value="true"']);
    expect(fields()).toEqual(['name="action" value="start"']);
  });

  it('is not to opt out where the course does not allow it, or practises', () => {
    const barred = { allow_proctoring_opt_out: false };
    expect(actionsOf(page('proctored_entrance', 'en', barred))).toEqual(['create']);
    expect(actionsOf(page('set_up', 'en', { ...barred, software_download_url: null }))).toEqual(['check_ready']);
    expect(actionsOf(page('set_up', 'en', { is_sample_attempt: true }))).not.toContain('decline');
  });

  it('is not to go back when the time is over', () => {
    expect(actionsOf(page('timed_ready_to_submit', 'en', { does_time_remain: false }))).toEqual(['submit']);
    expect(actionsOf(page('ready_to_submit', 'en', { able_to_reenter_exam: false }))).toEqual(['submit']);
  });

  it('is to look at the exam only past due, and where that is allowed', () => {
    for (const no of [{ has_due_date_passed: false }, { can_view_content_past_due: false }])
      expect(actionsOf(page('proctored_rejected', 'en', no))).toEqual([]);
    expect(actionsOf(page('proctored_verified', 'en', { wait_deadline: timed.wait_deadline }))).toEqual([]);
  });

  it('asks for consent before a submission is taken back', () =>
    expect(page('onboarding_submitted')).toMatch(/<label><input type="checkbox" required> [^<]+<\/label>/));
});

describe('what a page says', () => {
  it.each([
    ['onboarding_missing', 'has no profile', true],
    ['onboarding_expired', 'has expired', true],
    ['onboarding_failed', 'not approved', true],
    ['onboarding_pending', 'still being reviewed', false],
  ])('where onboarding is lacking: %s', (onboarding_status, words, leadsThere) => {
    const text = page('onboarding_required', 'en', { onboarding_status });
    expect(text).toContain(words);
    expect(text.includes('/jump_to/onboarding')).toBe(leadsThere);
  });

  it('is that the time was over, where it was', () =>
    expect(page('timed_submitted', 'en', { has_time_expired: true })).toContain('Your time was over'));

  it('is the code and three steps where the provider has no instructions of its own', () => {
    expect(page('set_up', 'en', { backend_instructions: null })).toContain('value="CODE" data-exam-code');
    expect(page('set_up')).not.toContain('data-exam-code');
  });

  it('is whom to ask after an error: the course, else support', () => {
    const none = { proctoring_escalation_email: null, link_urls: { contact_us: 'https://example.org/contact' } };
    expect(page('proctored_error', 'en', { proctoring_escalation_email: 'help@example.org' })).toContain(
      '<a href="mailto:help@example.org">help@example.org</a>',
    );
    expect(page('proctored_error', 'en', none)).toContain('href="https://example.org/contact"');
  });
});

it.each(['javascript:alert(1)', ' javascript:alert(1)', '//evil.example', '/\\evil.example', 'data:text/html,x', 'x'])(
  'an address such as %s is no link',
  (url) => expect(isLink(url)).toBe(false),
);

it('HTML is put into HTML as it is, and everything else escaped', () =>
  expect(`${html`<p title="${'"'}">${html`<b>${'<'}</b>`}${[1, null, undefined, 'ä']}</p>`}`).toBe(
    '<p title="&quot;"><b>&lt;</b>1ä</p>',
  ));
