import { createPrivateKey, createPublicKey, randomUUID } from 'node:crypto';
import { decodeJwt, jwtVerify, SignJWT } from 'jose';
import { newKeys } from '../../../libs/lti/src/testing.js';
import type { Person, Service } from '../../support/service.js';

export const claim = (name: string) => `https://purl.imsglobal.org/spec/lti/claim/${name}`;
export const proctoringClaim = (name: string) => `https://purl.imsglobal.org/spec/lti-ap/claim/${name}`;
export const controlScope = 'https://purl.imsglobal.org/spec/lti-ap/scope/control.all';
const controlType = 'application/vnd.ims.lti-ap.v1.control+json';
/** The path to which a tool sends the message that the learner may begin. */
export const startPath = '/lti/lti_consumer/v1/start_proctoring_assessment';
const form = 'application/x-www-form-urlencoded';

type KeySource = { request(person: undefined, method: string, path: string): Promise<{ body: any }> };

/** A proctoring tool for tests, as it looks from outside: its settings here, its keys, and the messages that it sends. */
export class PretendedTool {
  private readonly keys = newKeys();
  private readonly uuid = randomUUID();

  constructor(
    readonly name: string,
    readonly id: number,
    private readonly more: { launch_url?: string; [option: string]: unknown } = {},
  ) {}

  get clientId() {
    return `${this.name}-client`;
  }

  get launchUrl() {
    return this.more.launch_url ?? `https://${this.name}.example.org/launch`;
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
  async verified(service: KeySource, idToken: string) {
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
    const isControl = String(answer.headers['content-type']).startsWith(controlType);
    return { ...answer, body: isControl ? JSON.parse(answer.body) : answer.body };
  }

  /** A learner's launch, until this tool says that the learner may begin. Answers the message that the tool got. */
  async proctor(service: Service, person: Person, attemptId: number): Promise<Record<string, any>> {
    const begun = await service.request(person, 'GET', `/lti/start_proctoring/${attemptId}`);
    const cookie = String(begun.headers['set-cookie']).split(';')[0];
    const { searchParams } = new URL(String(begun.headers.location));
    const path = this.messagePath(Object.fromEntries(searchParams));
    const launched = await service.request(undefined, 'GET', path, undefined, { cookie });
    const message: Record<string, any> = await this.verified(
      service,
      /name="id_token" value="([^"]+)"/.exec(launched.body)![1]!,
    );
    const word = new URLSearchParams({ JWT: await this.sign(this.mayBegin(message)) });
    const headers = { 'content-type': form, cookie };
    await service.request(undefined, 'POST', startPath, String(word), headers);
    return message;
  }

  /** The path at which this tool asks for the message of a launch with these hints (edx-exams.md §8.3). */
  messagePath({ login_hint, lti_message_hint }: Record<string, string>, changes: object = {}) {
    const asked = {
      ...{ scope: 'openid', response_type: 'id_token', response_mode: 'form_post', prompt: 'none' },
      ...{ client_id: this.clientId, redirect_uri: this.launchUrl, state: 'state', nonce: 'nonce' },
      ...{ login_hint, lti_message_hint },
      ...changes,
    };
    const given = Object.entries(asked).filter(([, value]) => value !== undefined) as [string, string][];
    return `/lti/lti_consumer/v1/launch/?${new URLSearchParams(given)}`;
  }

  /** The claims of the message that the learner may begin. */
  mayBegin(message: Record<string, any>, changes: object = {}) {
    return {
      iss: this.clientId,
      aud: message.iss,
      exp: message.iat + 300,
      [claim('message_type')]: 'LtiStartAssessment',
      [claim('version')]: '1.3.0',
      [claim('resource_link')]: message[claim('resource_link')],
      [proctoringClaim('session_data')]: message[proctoringClaim('session_data')],
      [proctoringClaim('attempt_number')]: message[proctoringClaim('attempt_number')],
      ...changes,
    };
  }
}
