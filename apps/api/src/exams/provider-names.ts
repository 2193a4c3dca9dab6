import type { Settings } from '#configuration';
import { configuredProvider } from '#providers';

/** The name of an exam's provider for people. A provider that is not configured has the name that the exam gives it. */
export const providerNameOf = (settings: Settings, backend: string | null): string | null =>
  configuredProvider(settings, backend)?.verboseName ?? backend;
