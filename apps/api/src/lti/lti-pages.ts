import { createHash } from 'node:crypto';
import { Html, html, type Part } from '../interstitials/html.js';
import type { TextKey } from '../texts/en.js';
import type { Texts } from '../texts/texts.js';

/** The scripts stand in the pages. Browsers run no other, because the policy has their hashes. */
const scripts = {
  submit: 'document.forms[0].submit()',
  leave: 'top.location.replace(document.links[0].href)',
};
/** The source of a script or style in a Content-Security-Policy. */
export const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** A page of a launch may be framed by a tool. A form may go to any tool and be redirected there. */
export const pageHeaders = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': `default-src 'none'; script-src ${Object.values(scripts).map(hashOf).join(' ')}; base-uri 'none'`,
  'Referrer-Policy': 'no-referrer',
};

const page = (texts: Texts, title: TextKey, head: Part, ...body: Part[]) =>
  html`<!doctype html>
<html lang="${texts.language}" dir="${texts.direction}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${texts.say(title)}</title>${head}
</head>
<body>
  <main>
    <h1>${texts.say(title)}</h1>${body}
  </main>
</body>
</html>
`.toString();

const script = (name: keyof typeof scripts) => html`<script>${new Html(scripts[name])}</script>`;

/** Posts the message to the tool. */
export const launchPage = (address: string, fields: Record<string, string>, texts: Texts) =>
  page(
    texts,
    'lti.launch_title',
    null,
    html`
    <form method="post" action="${address}">${Object.entries(fields).map(
      ([name, value]) => html`
      <input type="hidden" name="${name}" value="${value}">`,
    )}
      <button>${texts.say('lti.go_on')}</button>
    </form>
    ${script('submit')}`,
  );

export const errorPage = (what: 'lti.launch_failed' | 'lti.start_failed', texts: Texts) =>
  page(
    texts,
    'lti.failed_title',
    null,
    html`
    <p>${texts.say(what)}</p>`,
  );

/** The tool is ready. The exam opens by itself. */
export const readyPage = (address: string, texts: Texts) =>
  page(
    texts,
    'lti.ready_title',
    html`
  <meta http-equiv="refresh" content="2; url='${address}'">`,
    html`
    <p><a href="${address}">${texts.say('lti.to_exam')}</a></p>`,
  );

export const leavingPage = (address: string, texts: Texts) =>
  page(
    texts,
    'lti.launch_title',
    null,
    html`
    <p><a href="${address}" target="_top">${texts.say('lti.go_on')}</a></p>
    ${script('leave')}`,
  );
