import { html, type Part } from '../interstitials/html.js';
import type { TextKey } from '../texts/en.js';
import type { Texts } from '../texts/texts.js';

export type Shown = {
  courseId: string;
  contentId: string;
  platform: string;
  /** The exam in the learning platform. */
  contentUrl: string;
  /** The same, to be shown inside of the page; "" without. */
  frameUrl: string;
  /** "" if the platform has none. */
  signInUrl: string;
};

/** The texts that the page's script needs. All others are in the HTML. */
const scriptTexts = [
  'exam.questions',
  'exam.left',
  'exam.longer',
  'exam.paused',
  'exam.goes_on',
  'exam.offline',
  'exam.online',
  'exam.session_ended',
  'exam.failed',
] satisfies TextKey[];

/** The page without an exam: its script asks for what the learner may see, and fills a template. */
export const examPage = (shown: Shown, texts: Texts): string => {
  const say = (key: TextKey) => texts.say(key);
  const template = (id: string, title: TextKey, ...parts: Part[]) => html`
<template id="${id}">
  <section class="proctoring" aria-labelledby="proctoring-title">
    <h2 id="proctoring-title" tabindex="-1">${say(title)}</h2>
    ${parts}
  </section>
</template>`;
  const ofScript = Object.fromEntries(scriptTexts.map((key) => [key, say(key)]));
  const contentLink = html`<a class="button primary" data-content-link target="_blank" rel="noopener">${say('exam.to_questions')} <span class="quiet">(${say('exam.new_tab')})</span></a>`;
  return `${html`<!doctype html>
<html class="exam-page" lang="${texts.language}" dir="${texts.direction}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${say('exam.heading')}</title>
  <link rel="stylesheet" href="/exam-pages/style.css">
  <script type="module" src="/exam-pages/page.js"></script>
</head>
<body>
  <header>
    <p>${shown.platform}</p>
    <a href="/console/my-exams">${say('exam.own')}</a>
  </header>
  <main data-course="${shown.courseId}" data-content="${shown.contentId}" data-content-url="${shown.contentUrl}" data-frame-url="${shown.frameUrl}" data-texts="${JSON.stringify(ofScript)}">
    <h1>${say('exam.heading')}</h1>
    <div data-announcements role="status" class="visually-hidden"></div>
    <div data-view><p>${say('exam.loading')}</p></div>
    <noscript><p>${say('exam.needs_script')}</p></noscript>
  </main>
${template(
  'running',
  'exam.running_title',
  html`
    <p class="clock"><span>${say('exam.time_left')}</span> <span role="timer" data-exam="clock"></span></p>
    <p class="note" data-exam="paused" hidden>${say('exam.paused')}</p>
    <p class="note" data-exam="over" hidden>${say('exam.is_over')}</p>
    <p class="problem" data-exam="problem" role="alert"></p>
    <div data-exam="content"><p>${contentLink}</p><p class="quiet">${say('exam.stay')}</p></div>
    <section data-exam="messages" hidden>
      <h3>${say('exam.messages_title')}</h3>
      <ul></ul>
    </section>
    <p><button type="button" data-exam="finish">${say('exam.finish')}</button></p>`,
)}${template('open', 'exam.open_title', html`<p>${say('exam.open_what')}</p><p>${contentLink}</p>`)}${template(
  'signed-out',
  'exam.signed_out_title',
  html`<p>${say('exam.signed_out_what')}</p>`,
  shown.signInUrl && html`<p><a class="button primary" href="${shown.signInUrl}">${say('exam.sign_in')}</a></p>`,
)}${template('unknown', 'exam.unknown_title', html`<p>${say('exam.unknown_what')}</p>`)}${template(
  'failed',
  'exam.failed_title',
  html`<p>${say('exam.failed_what')}</p><p><button type="button" class="primary" data-again>${say('exam.again')}</button></p>`,
)}
</body>
</html>
`}`;
};
