import type { ProviderType } from './provider.js';

/** Nobody watches (domain.md §10.7). */
export const nullProvider: ProviderType = {
  options: {},
  required: [],
  defaults: { verboseName: 'Null Backend' },
  make: () => ({ register: async () => ({ externalId: null }) }),
};
