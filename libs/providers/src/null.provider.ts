import type { ProviderType } from './provider.js';

/** A provider that proctors nothing (domain.md §10.7). */
export const nullProvider: ProviderType = {
  options: {},
  required: [],
  defaults: { verboseName: 'Null Backend' },
  make: () => ({ register: async () => ({ externalId: null }) }),
};
