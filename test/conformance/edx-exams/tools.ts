import { type CryptoKey, exportPKCS8, exportSPKI, generateKeyPair, SignJWT } from 'jose';

const newKeys = () => generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
/** The keys of the pretended tools. */
const keys: Record<string, Awaited<ReturnType<typeof newKeys>>> = {
  tool: await newKeys(),
  tool2: await newKeys(),
  other: await newKeys(),
};
export const publicKeyOf = (signer: string) => exportSPKI(keys[signer]!.publicKey);
export const newPrivateKey = async () => exportPKCS8((await newKeys()).privateKey);

/** A token of a tool. */
export const signed = (signer: string, claims: Record<string, unknown>) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(keys[signer]!.privateKey as CryptoKey);

/** The signer and the client id of each tool. */
export const tools = { one: ['tool', 'tool-one-client'], two: ['tool2', 'tool-two-client'] } as const;

const lti = 'https://purl.imsglobal.org/spec/lti/claim/';
const proctoring = 'https://purl.imsglobal.org/spec/lti-ap/claim/';

/** The message with which a tool answers a launch: the learner may start. */
export const startAssessment = (clientId: string, launch: Record<string, unknown>, now: number) => {
  const [signer] = Object.values(tools).find(([, client]) => client === clientId)!;
  const kept = ['attempt_number', 'session_data'].map((name) => [proctoring + name, launch[proctoring + name]]);
  return signed(signer, {
    ...{ iss: clientId, aud: launch.iss, iat: now, exp: now + 300, nonce: `nonce-${now}` },
    [`${lti}message_type`]: 'LtiStartAssessment',
    [`${lti}version`]: '1.3.0',
    [`${lti}deployment_id`]: '1',
    [`${lti}resource_link`]: launch[`${lti}resource_link`],
    ...Object.fromEntries(kept),
  });
};
