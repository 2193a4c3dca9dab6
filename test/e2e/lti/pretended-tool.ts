import { createPrivateKey, createPublicKey, randomUUID } from 'node:crypto';
import { decodeJwt, jwtVerify, SignJWT } from 'jose';
import { newKeys } from '../../../libs/lti/src/testing.js';
import type { Service } from '../../support/service.js';

export const claim = (name: string) => `https://purl.imsglobal.org/spec/lti/claim/${name}`;
export const proctoringClaim = (name: string) => `https://purl.imsglobal.org/spec/lti-ap/claim/${name}`;
export const controlScope = 'https://purl.imsglobal.org/spec/lti-ap/scope/control.all';
export const controlType = 'application/vnd.ims.lti-ap.v1.control+json';
const form = 'application/x-www-form-urlencoded';

/** A proctoring tool for tests, as it looks from outside: its settings here, its keys, and the messages that it sends. */
export class PretendedTool {
  private readonly keys = newKeys();
  private readonly uuid = randomUUID();

  constructor(
    readonly name: string,
    readonly id: number,
    private readonly more: object = {},
  ) {}

  get clientId() {
    return `${this.name}-client`;
  }

  get launchUrl() {
    return `https://${this.name}.example.org/launch`;
  }

  get settings() {
    return {
      provider: 'lti',
      verbose_name: this.name,
      lti_id: this.id,
      lti_uuid: this.uuid,
      client_id: this.clientId,
      login_url: `https://${this.name}.example.org/login`,
      launch_url: this.launchUrl,
      tool_key: this.keys.publicKey,
      platform_key: newKeys().privateKey,
      ...this.more,
    };
  }

  sign(claims: object, key = this.keys.privateKey): Promise<string> {
    return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'RS256' }).sign(createPrivateKey(key));
  }

  /** Checks a message of the service by the key set that it publishes. */
  async verified(service: Service, idToken: string) {
    const { body } = await service.request(undefined, 'GET', `/lti/lti_consumer/v1/public_keysets/${this.uuid}`);
    const { key_ops: _, ...key } = body.keys[0];
    const options = { audience: this.clientId, currentDate: new Date(decodeJwt(idToken).iat! * 1000) };
    return (await jwtVerify(idToken, createPublicKey({ key, format: 'jwk' }), options)).payload;
  }

  tokenRequest(service: Service, fields: Record<string, string>) {
    const path = `/lti/lti_consumer/v1/token/${this.uuid}`;
    return service.request(undefined, 'POST', path, String(new URLSearchParams(fields)), { 'content-type': form });
  }

  assertion(at: string, claims: object = {}) {
    const now = Date.parse(at) / 1000;
    const { clientId: iss } = this;
    return { iss, sub: iss, aud: 'http://localhost:3000', iat: now, exp: now + 60, jti: randomUUID(), ...claims };
  }

  async accessToken(service: Service, at: string, scope = controlScope): Promise<string> {
    const { body } = await this.tokenRequest(service, {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await this.sign(this.assertion(at)),
      scope,
    });
    return body.access_token;
  }

  /** Sends a control request of this tool; `type` is its media type. */
  async control(service: Service, at: string, body: object, type = controlType) {
    const headers = { authorization: `Bearer ${await this.accessToken(service, at)}`, 'content-type': type };
    const answer = await service.request(undefined, 'POST', `/lti/${this.id}/acs`, body, headers);
    return { ...answer, body: typeof answer.body === 'string' && answer.body ? JSON.parse(answer.body) : answer.body };
  }
}
