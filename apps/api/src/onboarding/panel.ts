import type { OnboardingPanel } from '#domain';
import type { Texts } from '../texts/texts.js';

type Shown = { expiresAt: string | null; link: string; opensAt: string };

/** The texts of the panel (domain.md §7.8). The text of a link without a URL says why there is no URL. */
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
