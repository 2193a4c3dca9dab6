import { ProviderRefused } from './provider.js';

/** A second try after more than this time would keep the learner waiting too long. */
const soonMs = 2000;

const isBusy = (status: number) => status === 502 || status === 503;

/** Tries again if the provider was busy or unreachable. A call that took too long is not repeated: it may have succeeded. */
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
