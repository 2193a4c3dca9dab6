import type { ProviderType } from './provider.js';

/** Pretends that the learner has set everything up (domain.md §10.7). */
export const mock: ProviderType = {
  options: {},
  required: [],
  defaults: { verboseName: 'Mock Backend' },
  make: () => ({
    makesReady: true,
    register: async (_exam, { attempt_code }) => ({ externalId: attempt_code }),
    downloadUrl: async () => 'mockurl',
  }),
};
