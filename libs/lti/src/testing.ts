import { generateKeyPairSync } from 'node:crypto';
import { controlActions } from '#domain';
import type { LtiTool } from '#providers';

export const newKeys = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

/** A tool for tests, with its private key. */
export function newTool(more: Partial<LtiTool> = {}) {
  const keys = newKeys();
  const tool: LtiTool = {
    name: 'watchers',
    id: 1,
    uuid: '6e0f7a52-9c1a-4c5e-8a5b-0d1f2e3a4b5c',
    clientId: 'tool-client',
    loginUrl: 'https://tool.example.org/login?tenant=3',
    launchUrl: 'https://tool.example.org/launch',
    redirectUrls: ['https://tool.example.org/launch'],
    toolKey: keys.publicKey,
    platformKey: newKeys().privateKey,
    actions: controlActions,
    org: null,
    techSupportUrl: null,
    ...more,
  };
  return { tool, privateKey: keys.privateKey };
}
