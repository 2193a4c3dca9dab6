import { ProviderRefused } from './provider.js';

/** A second chance after more than this would keep the learner waiting too long. */
const soonMs = 2000;

const isBusy = (status: number) => status === 502 || status === 503;

/** A provider that was not there gets a second chance; one that took too long may have done its work, and gets none. */
export async function retryOnce<Answer extends { status: number }>(call: () => Promise<Answer>): Promise<Answer> {
  const begin = performance.now();
  const isSoon = () => performance.now() - begin < soonMs;
  try {
    const answer = await call();
    return isBusy(answer.status) && isSoon() ? call() : answer;
  } catch (error) {
    if (error instanceof ProviderRefused && isBusy(error.status) && isSoon()) return call();
    throw error;
  }
}
