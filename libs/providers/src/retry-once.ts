import { ProviderRefused } from './provider.js';

/** A second try after more than this time would keep the learner waiting too long. */
const retryWithinMs = 2000;

const isBusy = (status: number) => status === 502 || status === 503;

/** Tries again if the provider was busy or unreachable. A call that took too long is not repeated: it may have succeeded. */
export async function retryOnce<Answer extends { status: number }>(call: () => Promise<Answer>): Promise<Answer> {
  const begin = performance.now();
  const mayRetry = () => performance.now() - begin < retryWithinMs;
  try {
    const answer = await call();
    return isBusy(answer.status) && mayRetry() ? call() : answer;
  } catch (error) {
    if (error instanceof ProviderRefused && isBusy(error.status) && mayRetry()) return call();
    throw error;
  }
}
