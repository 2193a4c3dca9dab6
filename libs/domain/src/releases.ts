/** The rules that edx-proctoring changed between its releases (release-6.1.md §2). */
export type ReleaseRules = {
  /** R1: staff remove an attempt only if its provider confirms the removal first. */
  providerConfirmsRemoval: boolean;
  /** R2: a passing review of an attempt that was never submitted is an error. */
  passNeedsSubmission: boolean;
  /** R4: mails of results have the learner's name and exam in greeting and subject, or the same words for everybody. */
  resultMails: 'named' | 'unnamed';
};

export const releases = {
  '4.16': { providerConfirmsRemoval: false, passNeedsSubmission: false, resultMails: 'named' },
  '6.1': { providerConfirmsRemoval: true, passNeedsSubmission: true, resultMails: 'unnamed' },
} as const satisfies Record<string, ReleaseRules>;

export type Release = keyof typeof releases;
