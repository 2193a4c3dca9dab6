import { BlockList, isIPv6 } from 'node:net';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Clock } from '#clock';
import { callbackMinutes, reviewGroupOf, useNonce } from '#commands';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import type { Origin } from '#domain';
import { callbackSignature, isSameSecret, type Provider, providersOf } from '#providers';
import type { AttemptRecord } from '#read-models';
import { type Caller } from '#roster';
import { isSigned, signatureHeaders } from '../auth/authentication.js';
import { originOf } from '../auth/origin.js';
import { refused } from '../http/http-answer.js';

/** The sender of a callback: the name of a provider, or a user. */
export type CallbackSender = { provider: string; user?: undefined } | { provider?: undefined; user: Caller };

/** One text for a wrong secret, signature or address. */
const notAuthenticated = () => refused(403, 'This callback is not authenticated.');

/** Identifies the senders of callbacks (docs/providers.md). Throws 403. */
@Injectable()
export class CallbackSenders {
  constructor(
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly configuration: Configuration,
  ) {}

  /** The caller who is logged in, or the provider that signed. The signature contains `path`. */
  async identify(request: FastifyRequest, path: string): Promise<CallbackSender> {
    if (!isSigned(request.headers)) return { user: request.user! };
    const [name, time, nonce, signature] = signatureHeaders.map((header) => String(request.headers[header] ?? ''));
    const at = this.clock.now();
    const isInTime =
      /^\d{1,12}$/.test(time!) && Math.abs(Number(time) * 1000 - Date.parse(at)) <= callbackMinutes * 60_000;
    const secret = this.providers().find((provider) => provider.name === name)?.callbackSecret;
    if (!secret || !isInTime || !/^[-\w]{16,128}$/.test(nonce!)) throw notAuthenticated();
    const signed = { path, time: time!, nonce: nonce!, body: request.bytes ?? Buffer.alloc(0) };
    if (!isSameSecret(signature!, callbackSignature(signed, secret))) throw notAuthenticated();
    if (!(await useNonce(this.database, name!, nonce!, at))) throw notAuthenticated();
    return { provider: name! };
  }

  /** The provider that reviews by code. Its secret is in the path; a provider without a secret needs an address of its own. */
  identifyByPath(secret: string | undefined, { ip }: FastifyRequest): string {
    const byCode = this.providers().filter(({ reviewsByCode }) => reviewsByCode);
    // All secrets are compared, so that the time reveals nothing.
    const known = byCode.filter(({ callbackSecret, callbackNetworks }) =>
      callbackSecret === undefined
        ? secret === undefined && callbackNetworks.length > 0
        : isSameSecret(secret ?? '', callbackSecret),
    );
    const [found, another] = known.filter(({ callbackNetworks }) => isFrom(ip, callbackNetworks));
    if (!found || another) throw notAuthenticated();
    return found.name;
  }

  /** Whether the sender may review this attempt: the exam's provider, its reviewers, and global staff may. */
  mayReview({ provider, user }: CallbackSender, { exam }: AttemptRecord): boolean {
    if (!user) return provider === (exam.backend || this.configuration.settings.defaultBackend);
    return user.isStaff || user.isSuperuser || user.groups.includes(reviewGroupOf(exam.backend));
  }

  private providers(): Provider[] {
    return providersOf(this.configuration.settings);
  }
}

export const originOfSender = ({ provider }: CallbackSender, request: FastifyRequest): Origin =>
  provider === undefined ? originOf(request) : { actor: { kind: 'provider', name: provider } };

function isFrom(ip: string, networks: readonly string[]): boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address, prefix] = network.split('/');
    const family = isIPv6(address!) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address!, family);
    else list.addSubnet(address!, Number(prefix), family);
  }
  return networks.length === 0 || list.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4');
}
