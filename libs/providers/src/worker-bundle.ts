import { readFileSync } from 'node:fs';

/**
 * The address of a provider's script for the learner's page, from the statistics that the LMS' webpack wrote (domain.md
 * §10.5); "" where there is none.
 */
export function workerBundleUrl(bundle: string | undefined, statsFile: string | undefined, rootUrl: string): string {
  const url = (bundle && statsFile && firstChunk(statsFile, bundle)) || '';
  return /^\w+:/.test(url) ? url : `${rootUrl}${url}`;
}

function firstChunk(statsFile: string, bundle: string): string | undefined {
  try {
    const chunk = JSON.parse(readFileSync(statsFile, 'utf8')).chunks[bundle][0];
    return chunk.publicPath ?? chunk.url;
  } catch {
    return undefined;
  }
}
