import type { ProviderType } from './provider.js';

/** An attempt is ready to start at once, without a set-up (domain.md §10.7). */
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
