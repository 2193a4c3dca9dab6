import { Html, html } from '../interstitials/html.js';
import type { Texts } from '../texts/texts.js';
import { hashOf } from './lti-pages.js';

/**
 * The learning front end asks the top window, before it shows a proctored exam, whether the tool's session is alive, and waits
 * for five seconds (edx-exams.md §7). Without an answer it ends the attempt, so a failed request is repeated.
 */
const script = `
const frame = document.querySelector('iframe');
const { origin } = new URL(frame.src);
const ask = async (triesLeft) => {
  try {
    const response = await fetch(location.pathname + '/status', { signal: AbortSignal.timeout(1500) });
    return await response.json();
  } catch (error) {
    if (triesLeft === 0) throw error;
    return ask(triesLeft - 1);
  }
};
addEventListener('message', async ({ data, source, origin: sender }) => {
  const isQuestion = Array.isArray(data) && data[0] === 'proctorio_status';
  if (!isQuestion || source !== frame.contentWindow || sender !== origin) return;
  const { active } = await ask(2);
  source.postMessage({ active }, origin);
});
`;
const style = 'html, body { height: 100%; margin: 0 } iframe { display: block; width: 100%; height: 100%; border: 0 }';

export const shellHeaders = (frameOrigin: string) => ({
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "connect-src 'self'",
    `frame-src 'self' ${frameOrigin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
});

/** Frames the exam in the learning front end, so that proctoring tools other than Proctorio work. */
export const examShell = (examAddress: string, texts: Texts): string =>
  html`<!doctype html>
<html lang="${texts.language}" dir="${texts.direction}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${texts.say('lti.exam_title')}</title>
  <style>${new Html(style)}</style>
</head>
<body>
  <iframe src="${examAddress}" title="${texts.say('lti.exam_title')}" allow="fullscreen; clipboard-write; microphone; camera; midi; encrypted-media; autoplay"></iframe>
  <script>${new Html(script)}</script>
</body>
</html>
`.toString();
