import { type Interstitial, mailtoUrl } from '#domain';
import type { TextKey } from '../texts/en.js';
import type { Texts } from '../texts/texts.js';
import type { ProctoringContext, TimedContext } from './contexts.js';
import { attributes, Html, html, isLink, type Part } from './html.js';

export type Shown = {
  minutes: number;
  /** Whether the service sends mails. A page promises none without. */
  sendsMail: boolean;
  attempt: { id: number; externalId: string | null } | null;
} & (
  | { interstitial: Extract<Interstitial, `timed_${string}`>; context: TimedContext }
  | { interstitial: Exclude<Interstitial, `timed_${string}`>; context: ProctoringContext }
);

/**
 * The page as a fragment of HTML. Each action of the learner is a form that describes a request (docs/student-view.md).
 */
export const pageOf = (shown: Shown, texts: Texts): string => {
  const { interstitial, context, attempt, minutes, sendsMail } = shown;
  const isTimed = 'exam_name' in context;
  const exam = isTimed ? context.exam_name : context.exam_display_name;
  const say = sayWith(texts, {
    exam,
    time: texts.duration(minutes),
    ...(isTimed ? {} : { provider: context.provider_name, platform: context.platform_name }),
  });
  const title = isTimed && context.has_time_expired ? 'timed_submitted.time_over' : (`${interstitial}.title` as const);
  const content = isTimed
    ? [
        timedPages[interstitial as keyof typeof timedPages](context, say),
        linked(context.progress_page_url, say('page.progress')),
      ]
    : [pages[interstitial as keyof typeof pages](context, say, sendsMail), footer(context, say)];
  const data = {
    lang: texts.language,
    dir: texts.direction,
    'data-interstitial': interstitial,
    'data-exam-id': context.exam_id,
    'data-attempt-id': attempt?.id,
    'data-attempt-external-id': attempt?.externalId,
    'data-worker-url': isTimed ? undefined : context.backend_js_bundle || undefined,
    'data-ping-interval': isTimed ? undefined : context.ping_interval,
    'data-failed': texts.say('page.failed'),
  };
  return `${html`<section class="proctoring" aria-labelledby="proctoring-title"${attributes(data)}>
<h2 id="proctoring-title" tabindex="-1">${say(title)}</h2>
${content}
<p role="status" data-message></p>
</section>`}`;
};

type Say = { (key: TextKey, values?: Record<string, string>): string; texts: Texts };

const sayWith = (texts: Texts, common: Record<string, string>): Say =>
  Object.assign((key: TextKey, values: Record<string, string> = {}) => texts.say(key, { ...common, ...values }), {
    texts,
  });

const paragraphs = (say: Say, ...keys: (TextKey | false)[]): Html[] =>
  keys.flatMap((key) => (key ? html`<p>${say(key)}</p>\n` : []));

const link = (url: string | null | undefined, label: string): Html | null =>
  url && isLink(url) ? html`<a href="${url}">${label}</a>` : null;
const linked = (url: string | null | undefined, label: string): Html | null => {
  const found = link(url, label);
  return found && html`<p>${found}</p>\n`;
};
const mailTo = (address: string): Html => html`<a href="${mailtoUrl(address)}">${address}</a>`;
const supportLine = (say: Say, key: TextKey, address: string | null, otherwise: Html | null = null): Html | null => {
  const contact = address ? mailTo(address) : otherwise;
  return contact && html`<p>${say(key)} ${contact}</p>\n`;
};

type Action = { name: string; method?: 'GET' | 'POST' | 'PUT'; url: string; fields?: Record<string, string> };
type Label = { primary: string } | string;

/** A form with all parts of a request that a learner may send. Any script can send it. A page has at most one primary button. */
const action = (
  { name, method = 'PUT', url, fields = {} }: Action,
  label: Label,
  { more, ...data }: { more?: Part; [attribute: string]: Part } = {},
): Html => html`<form data-action="${name}" data-method="${method}" action="${url}" method="${method === 'GET' ? 'get' : 'post'}"${attributes(data as Record<string, string>)}>
${Object.entries(fields).map(([field, value]) => html`<input type="hidden" name="${field}" value="${value}">\n`)}${more}${typeof label === 'string' ? html`<button type="submit">${label}</button>` : html`<button type="submit" class="primary">${label.primary}</button>`}
</form>
`;

const changing = (context: { change_state_url: string }, name: string): Action => ({
  name,
  url: context.change_state_url,
  fields: { action: name },
});
const creating = (
  context: { exam_id: number; enter_exam_endpoint: string },
  fields: Record<string, string>,
): Action => ({
  name: 'create',
  method: 'POST',
  url: context.enter_exam_endpoint,
  fields: { exam_id: String(context.exam_id), ...fields },
});

/** Two steps, so that nobody gives up proctoring by accident. */
const optOut = ({ allow_proctoring_opt_out: isAllowed }: ProctoringContext, say: Say, what: Action, label: TextKey) =>
  isAllowed
    ? html`<details>
<summary>${say('opt_out.summary')}</summary>
<p>${say('opt_out.consequence')}</p>
${action(what, say(label))}</details>
`
    : null;

const optOutAtEntrance = (context: ProctoringContext, say: Say) =>
  optOut(
    context,
    say,
    { ...creating(context, { attempt_proctored: 'false', start_clock: 'true' }), name: 'create_unproctored' },
    'opt_out.start',
  );

const wait = (deadline: string | undefined, say: Say) =>
  deadline === undefined ? null : html`<p>${say('page.wait', { moment: say.texts.moment(deadline) })}</p>\n`;

const timedPages: Record<Extract<Interstitial, `timed_${string}`>, (context: TimedContext, say: Say) => Part> = {
  timed_entrance: (context, say) => [
    paragraphs(say, 'timed_entrance.limit', 'timed_entrance.end'),
    action(context.change_state_url === '' ? creating(context, { start_clock: 'true' }) : changing(context, 'start'), {
      primary: say('action.start'),
    }),
    context.hide_extra_time_footer ? null : html`<footer><p>${say('page.extra_time')}</p></footer>\n`,
  ],
  timed_ready_to_submit: (context, say) => [
    paragraphs(say, 'timed_ready_to_submit.final'),
    action(changing(context, 'submit'), { primary: say('action.submit') }),
    context.does_time_remain ? action(changing(context, 'start'), say('action.back')) : null,
  ],
  timed_submitted: (context, say) => [
    paragraphs(say, 'timed_submitted.graded', context.will_be_revealed && 'timed_submitted.revealed'),
    wait(context.wait_deadline, say),
  ],
  timed_expired: (_, say) => paragraphs(say, 'timed_expired.late'),
};

const entrance = (context: ProctoringContext, say: Say) =>
  action(creating(context, { attempt_proctored: 'true' }), { primary: say('action.set_up') });
const retry = (context: ProctoringContext, say: Say, more?: Part) =>
  action(changing(context, 'reset_attempt'), { primary: say('action.retry') }, { more });
const showExam = (context: ProctoringContext, say: Say) =>
  context.has_due_date_passed && context.can_view_content_past_due
    ? action(
        { name: 'acknowledge', url: context.update_is_status_acknowledge_url },
        { primary: say('action.show_exam') },
      )
    : null;
const submitting = (context: ProctoringContext, say: Say) => [
  action(changing(context, 'submit'), { primary: say('action.end') }),
  context.able_to_reenter_exam ? action(changing(context, 'start'), say('action.back')) : null,
];
const contact = (context: ProctoringContext, say: Say) =>
  supportLine(say, 'onboarding.contact', context.integration_specific_email);
const sender = ({ learner_notification_from_email: address }: ProctoringContext, say: Say) =>
  address ? html`<p>${say('onboarding.sender', { address })}</p>\n` : null;

type ProctoringPage = (context: ProctoringContext, say: Say, sendsMail: boolean) => Part;

const pages: Record<Exclude<Interstitial, `timed_${string}`>, ProctoringPage> = {
  proctored_entrance: (context, say) => [
    paragraphs(say, 'proctored_entrance.why', 'proctored_entrance.how', 'proctored_entrance.limit'),
    entrance(context, say),
    optOutAtEntrance(context, say),
  ],
  proctored_submitted: (context, say, sendsMail) => [
    paragraphs(
      say,
      'proctored_submitted.review',
      'proctored_submitted.result',
      sendsMail && 'proctored_submitted.mail',
    ),
    showExam(context, say),
  ],
  proctored_verified: (context, say) => [
    paragraphs(say, 'proctored_verified.result'),
    context.wait_deadline === undefined ? showExam(context, say) : wait(context.wait_deadline, say),
  ],
  proctored_rejected: (context, say) => [
    paragraphs(say, 'proctored_rejected.result', 'proctored_rejected.contact'),
    showExam(context, say),
  ],
  proctored_error: (context, say) => [
    paragraphs(say, 'proctored_error.what'),
    supportLine(
      say,
      'proctored_error.contact',
      context.proctoring_escalation_email,
      link(context.link_urls.contact_us, say('page.support')),
    ),
  ],
  proctored_expired: (_, say) => paragraphs(say, 'proctored_expired.late'),

  practice_entrance: (context, say) => [
    paragraphs(say, 'practice_entrance.why', 'practice_entrance.how'),
    entrance(context, say),
  ],
  practice_submitted: (context, say) => [paragraphs(say, 'practice_submitted.next'), retry(context, say)],
  practice_error: (context, say) => [paragraphs(say, 'practice_error.next'), retry(context, say)],

  onboarding_entrance: (context, say) => [
    paragraphs(say, 'onboarding_entrance.why', 'onboarding_entrance.what', 'onboarding_entrance.review'),
    sender(context, say),
    contact(context, say),
    entrance(context, say),
  ],
  onboarding_ready_to_submit: (context, say) => [
    paragraphs(say, 'onboarding_ready_to_submit.needed'),
    submitting(context, say),
  ],
  onboarding_submitted: (context, say) => [
    paragraphs(say, 'onboarding_submitted.review', 'onboarding_submitted.elsewhere'),
    sender(context, say),
    retry(context, say, html`<label><input type="checkbox" required> ${say('onboarding_submitted.confirm')}</label>\n`),
  ],
  onboarding_verified: (context, say) => [paragraphs(say, 'onboarding_verified.next'), contact(context, say)],
  onboarding_rejected: (context, say) => [
    paragraphs(say, 'onboarding_rejected.next'),
    contact(context, say),
    retry(context, say),
  ],
  onboarding_error: (context, say) => [paragraphs(say, 'onboarding_error.next'), retry(context, say)],

  set_up: (context, say) => [
    paragraphs(say, 'set_up.prepare'),
    isFilledList(context.backend_instructions) ? guided(context, say) : selfGuided(context, say),
    action(
      { name: 'check_ready', method: 'GET', url: context.exam_started_poll_url },
      { primary: say('action.check_ready') },
      { 'data-not-done': say('set_up.not_done') },
    ),
    context.is_sample_attempt ? null : optOut(context, say, changing(context, 'decline'), 'opt_out.decline'),
  ],
  ready_to_start: (context, say) => [
    paragraphs(say, 'ready_to_start.limit', 'ready_to_start.stay', 'ready_to_start.end'),
    context.exam_review_policy
      ? html`<p>${say('ready_to_start.policy')}</p>\n<blockquote>${context.exam_review_policy}</blockquote>\n`
      : null,
    action(changing(context, 'start'), { primary: say('action.start') }),
  ],
  ready_to_submit: (context, say) => [paragraphs(say, 'ready_to_submit.final'), submitting(context, say)],
  ready_to_resume: (context, say) => [
    paragraphs(say, 'ready_to_resume.limit'),
    action(creating(context, { attempt_proctored: 'true' }), { primary: say('action.resume') }),
  ],
  wrong_browser: (context, say) => [
    paragraphs(say, 'wrong_browser.what', 'wrong_browser.end'),
    action(changing(context, 'stop'), { primary: say('action.end') }),
  ],
  onboarding_required: (context, say) => {
    const why = /^onboarding_(missing|pending|failed|expired)$/.exec(context.onboarding_status ?? '')?.[1] ?? 'missing';
    return [
      paragraphs(say, `onboarding_required.${why}` as TextKey),
      why === 'pending' ? null : linked(context.onboarding_link, say('action.onboard')),
      contact(context, say),
    ];
  },
  prerequisites_failed: (context, say) => [
    paragraphs(say, 'prerequisites_failed.why'),
    requirements(context.prerequisite_status?.failed_prerequisites),
    optOutAtEntrance(context, say),
  ],
  prerequisites_pending: (context, say) => [
    paragraphs(say, 'prerequisites_pending.why'),
    requirements(context.prerequisite_status?.pending_prerequisites),
    optOutAtEntrance(context, say),
  ],
  inactive_account: (context, say) => [
    paragraphs(say, 'inactive_account.next'),
    linked(context.reset_link, say('inactive_account.password')),
    supportLine(say, 'page.support', context.tech_support_email),
  ],
};

const requirements = (list: readonly { display_name: string; jumpto_url?: string | null }[] = []): Html => html`<ul>
${list.map(({ display_name: name, jumpto_url: url }) => html`<li>${link(url, name) ?? name}</li>\n`)}</ul>
`;

/** The provider's software checks the learner's system, in a new tab. */
const systemCheck = (context: ProctoringContext, say: Say): Html | null => {
  const url = context.software_download_url;
  if (typeof url !== 'string' || !isLink(url)) return null;
  return action(changing(context, 'click_download_software'), say('action.check_system'), {
    'data-opens': url,
    'data-polls': context.exam_started_poll_url,
    'data-done': say('set_up.done'),
    'data-blocked': say('set_up.allow_pop_ups'),
  });
};

/** Some providers have no list of instructions, others an empty one. The learner then needs the exam code alone. */
const isFilledList = (value: unknown) => Array.isArray(value) && value.length > 0;

const guided = (context: ProctoringContext, say: Say): Part => {
  const { provider_tech_support_email: email, provider_tech_support_phone: phone } = context;
  return [
    html`<ol>
${(context.backend_instructions as unknown[]).map((step) => html`<li>${String(step)}</li>\n`)}</ol>
`,
    email && phone ? html`<p>${say('set_up.support', { email, phone })}</p>\n` : null,
    systemCheck(context, say),
  ];
};

const selfGuided = (context: ProctoringContext, say: Say): Part => [
  html`<p><label>${say('set_up.code')} <input type="text" readonly value="${context.exam_code}" data-exam-code></label>
<button type="button" data-copies="exam-code" data-done="${say('set_up.copied')}">${say('set_up.copy')}</button></p>
<ol>
<li>${say('set_up.step_copy')}</li>
<li>${say('set_up.step_open')}</li>
<li>${say('set_up.step_follow')}</li>
</ol>
`,
  systemCheck(context, say),
];

const footer = ({ link_urls: urls, progress_page_url: progress }: ProctoringContext, say: Say): Part => {
  const found = [
    link(urls.online_proctoring_rules, say('page.rules')),
    link(urls.faq, say('page.faq')),
    link(urls.contact_us, say('page.support')),
    link(progress, say('page.progress')),
  ].filter((each) => each !== null);
  if (found.length === 0) return null; // no empty landmark
  return html`<footer><nav aria-label="${say('page.help')}"><ul>
${found.map((each) => html`<li>${each}</li>\n`)}</ul></nav></footer>
`;
};
