import { readFileSync } from 'node:fs';
import type { Host } from './provider.js';

/**
 * The address of a provider's script for the learner's page, from the statistics file of the LMS' webpack (domain.md
 * §10.5). Without a script it is the root address of the LMS.
 */
export function workerBundleUrl(bundle: string | undefined, host: Host): string {
  const { workerStatsFile: statsFile, lmsRootUrl, staticUrl = '/static/', workerBundleDir = '' } = host;
  const { publicPath, name } = (bundle && statsFile && firstChunk(statsFile, bundle)) || {};
  const hasPath = publicPath && publicPath !== 'auto';
  const url = hasPath ? publicPath : name ? `${staticUrl}${workerBundleDir}${name}` : '';
  return /^\w+:/.test(url) ? url : `${lmsRootUrl}${url}`;
}

function firstChunk(statsFile: string, bundle: string): { publicPath?: string; name?: string } | undefined {
  try {
    return JSON.parse(readFileSync(statsFile, 'utf8')).chunks[bundle][0];
  } catch {
    return undefined;
  }
}
