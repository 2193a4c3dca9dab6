import { type Interstitial, interstitials } from '#domain';
import { catalogues, type Language } from '../texts/texts.js';
import { html, isLink } from './html.js';
import { page, timed } from './pages.examples.js';

/** Elements that are opened or closed, but not both. Attributes must be quoted and escaped. */
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

describe('the actions on a page', () => {
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
  ])('%s: %j', (interstitial, actions) => expect(actionsOf(page(interstitial))).toEqual(actions));

  it('create an attempt at the entrance of a timed exam, or start the existing one', () => {
    const fields = (more?: object) => all(page('timed_entrance', 'en', more), /<input type="hidden" (.*?)>/g);
    expect(fields({ change_state_url: '' })).toEqual(['name="exam_id" value="7"', 'name="start_clock" value="true"']);
    expect(fields()).toEqual(['name="action" value="start"']);
  });

  it('do not include to opt out if the course forbids it, or in a practice exam', () => {
    const barred = { allow_proctoring_opt_out: false };
    expect(actionsOf(page('proctored_entrance', 'en', barred))).toEqual(['create']);
    expect(actionsOf(page('set_up', 'en', { ...barred, software_download_url: null }))).toEqual(['check_ready']);
    expect(actionsOf(page('set_up', 'en', { is_sample_attempt: true }))).not.toContain('decline');
  });

  it('do not include to go back when the time is over', () => {
    expect(actionsOf(page('timed_ready_to_submit', 'en', { does_time_remain: false }))).toEqual(['submit']);
    expect(actionsOf(page('ready_to_submit', 'en', { able_to_reenter_exam: false }))).toEqual(['submit']);
  });

  it('show the exam only past due, and only if a setting allows it', () => {
    for (const no of [{ has_due_date_passed: false }, { can_view_content_past_due: false }])
      expect(actionsOf(page('proctored_rejected', 'en', no))).toEqual([]);
    expect(actionsOf(page('proctored_verified', 'en', { wait_deadline: timed.wait_deadline }))).toEqual([]);
  });

  it('ask for consent before a submission is given up', () =>
    expect(page('onboarding_submitted')).toMatch(/<label><input type="checkbox" required> [^<]+<\/label>/));
});

/** The name of the form whose button is the primary one. */
const primaryOf = (text: string) =>
  all(text, /<form data-action="(\w+)"(?:(?!<\/form>).)*<button type="submit" class="primary">/gs);

describe('the primary action of a page', () => {
  it.each<[Interstitial, string[]]>([
    ['timed_entrance', ['start']],
    ['timed_ready_to_submit', ['submit']],
    ['proctored_entrance', ['create']],
    ['proctored_submitted', ['acknowledge']],
    ['practice_submitted', ['reset_attempt']],
    ['onboarding_ready_to_submit', ['submit']],
    ['set_up', ['check_ready']],
    ['ready_to_start', ['start']],
    ['ready_to_submit', ['submit']],
    ['ready_to_resume', ['create']],
    ['wrong_browser', ['stop']],
  ])('%s: %j', (interstitial, actions) => expect(primaryOf(page(interstitial))).toEqual(actions));

  it.each(interstitials)('is one, on %s, unless the only way is to give up proctoring', (interstitial) => {
    const leading = actionsOf(page(interstitial)).filter((name) => !/unproctored|decline/.test(name));
    expect(primaryOf(page(interstitial))).toHaveLength(leading.length > 0 ? 1 : 0);
  });
});

describe('a page', () => {
  it.each(interstitials)('%s promises no mail if the service sends none', (interstitial) => {
    expect(page(interstitial, 'en', {}, 90, false)).not.toMatch(/you will get an e-mail/i);
    expect(page(interstitial, 'de', {}, 90, false)).not.toMatch(/kommt (auch )?per E-Mail/);
  });

  it('promises a mail with the outcome of the review if the service sends mails', () => {
    expect(page('proctored_submitted')).toContain('You will get an e-mail with it as well.');
    expect(page('proctored_submitted', 'de')).toContain('Es kommt auch per E-Mail.');
  });

  it.each(interstitials)('%s has advice for the time before the start only there', (interstitial) =>
    expect(page(interstitial).includes('before you start')).toBe(interstitial === 'timed_entrance'),
  );

  it.each([
    ['onboarding_missing', 'has no profile', true],
    ['onboarding_expired', 'has expired', true],
    ['onboarding_failed', 'not approved', true],
    ['onboarding_pending', 'still being reviewed', false],
  ])('says why onboarding is required: %s', (onboarding_status, words, leadsThere) => {
    const text = page('onboarding_required', 'en', { onboarding_status });
    expect(text).toContain(words);
    expect(text.includes('/jump_to/onboarding')).toBe(leadsThere);
  });

  it('says that the time was over', () =>
    expect(page('timed_submitted', 'en', { has_time_expired: true })).toContain('Your time was over'));

  it('has the code and three steps if the provider has no instructions', () => {
    for (const none of [null, []])
      expect(page('set_up', 'en', { backend_instructions: none })).toContain('value="CODE" data-exam-code');
    expect(page('set_up')).not.toContain('data-exam-code');
  });

  it('links to help, if there is any', () => {
    expect(page('proctored_expired')).toContain('<nav aria-label="');
    expect(page('proctored_expired', 'en', { link_urls: {}, progress_page_url: '' })).not.toContain('<nav');
  });

  it('names the contact after an error: the course, else support', () => {
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

it('HTML in HTML stays as it is; all other values are escaped', () =>
  expect(`${html`<p title="${'"'}">${html`<b>${'<'}</b>`}${[1, null, undefined, 'ä']}</p>`}`).toBe(
    '<p title="&quot;"><b>&lt;</b>1ä</p>',
  ));
