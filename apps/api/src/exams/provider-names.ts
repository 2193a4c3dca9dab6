import type { Settings } from '#configuration';
import { type Provider, providerOf, UnknownProvider } from '#providers';

/** The provider of an exam; undefined if the exam names one that is not configured. */
export function configuredProvider(settings: Settings, backend: string | null): Provider | undefined {
  try {
    return providerOf(settings, backend);
  } catch (error) {
    if (error instanceof UnknownProvider) return undefined;
    throw error;
  }
}

/** Its name for people. A provider that is not configured has the name that the exam gives it. */
export const providerNameOf = (settings: Settings, backend: string | null): string | null =>
  configuredProvider(settings, backend)?.verboseName ?? backend;
