import type { OnboardingPanel } from '#domain';
import type { Texts } from '../texts/texts.js';

type Shown = { expiresAt: string | null; link: string; opensAt: string };

/** The panel in words (domain.md §7.8). A link without an address says why there is none to follow. */
export const panelJson = (
  { expiresAt, link: url, opensAt }: Shown,
  { status, label, tone, reminder, link }: OnboardingPanel,
  instructions: string | null,
  texts: Texts,
) => ({
  language: texts.language,
  title: texts.say('panel.title'),
  status,
  label: label ? texts.say(`panel.label.${label}`) : (status ?? ''),
  tone,
  message: label ? texts.say(`panel.message.${label}`) : null,
  reminder: reminder && texts.say(`panel.reminder.${reminder}`),
  link: link && {
    text: texts.say(`panel.link.${link}`, { moment: texts.moment(opensAt) }),
    url: link === 'complete' || link === 'view' ? url : null,
  },
  instructions: instructions === null ? null : { text: texts.say('panel.instructions'), url: instructions },
  expires_at: expiresAt,
});
