import { ProviderRefused } from './provider.js';

const isBusy = (status: number) => status === 502 || status === 503;

/** A vendor that was not there gets a second chance; one that took too long may have done its work, and gets none. */
export async function onceMore<Answer extends { status: number }>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    const answer = await call();
    return isBusy(answer.status) ? call() : answer;
  } catch (error) {
    if (error instanceof ProviderRefused && isBusy(error.status)) return call();
    throw error;
  }
}
