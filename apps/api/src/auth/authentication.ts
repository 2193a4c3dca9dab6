import {
  applyDecorators,
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyContextConfig, FastifyRequest } from 'fastify';
import { Clock } from '#clock';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { limits } from '#domain';
import { type Caller, type Claims, isCourseStaff, rememberUser, userById, userByName } from '#roster';
import type { Logged } from '../access/access-hooks.js';
import { HttpAnswer, refused } from '../http/http-answer.js';
import { refuseLong } from '../http/path-parameters.js';
import { bodyObject } from '../requests/body-object.js';
import { type Verify, verifierOf } from './authentication.tokens.js';
import { tokenIn } from './credentials.js';
import { checkAddressedCourse, checkClaims, invalidToken, permissionDenied, type SurfaceName } from './surfaces.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined on routes for `anyone`, and for signed requests. */
    user?: Caller;
    /** Loads the object that the gate `loads`, once for the gate and the route. */
    load?: () => Promise<unknown>;
    /** The unparsed body, if the gate asks for it or the request has an Idempotency-Key. */
    bytes?: Buffer;
  }
  interface FastifyContextConfig {
    gate?: Who;
    superuser?: true;
    scopes?: readonly string[];
    keepsBytes?: true;
    mayBeSigned?: true;
    csv?: true;
    isStream?: true;
    /** In bytes. */
    largestBody?: number;
    /** The answer of OPTIONS for the path. */
    about?: { name?: string; description: string };
  }
}

type Who = 'anyone' | 'login' | 'staff' | 'course';

/** The parts of a request that say which object it is about, and the caller. */
export type Addressed = {
  database: Database;
  params: Record<'attemptId' | 'courseId' | 'eventId' | 'examId', string>;
  query: Record<string, string | undefined>;
  body: Record<string, unknown>;
  caller: Caller;
  loaded?: any;
};
/** `true`: `loads` found that the caller is staff of the course. It saves a query. */
type Courses = true | string | string[] | null | undefined;
export type GateOptions = {
  /** A token with one of these scopes passes without staff rights. */
  scopes?: readonly string[];
  /** Staff must be superusers, too. Only for `staff`. */
  superuser?: true;
  /** Loads the addressed object, for `courses` and for the route, which gets it by `@Loaded()`. */
  loads?: (addressed: Addressed) => Promise<unknown>;
  /** The courses of the addressed object. The caller must be staff of each. By default the path's course, else the body's. */
  courses?: (addressed: Addressed) => Courses | Promise<Courses>;
  /** The accesses that go to the access log. Routes that use a right over data of others must declare it. */
  logs?: Logged;
  /** The request keeps its unparsed body, too. */
  keepsBytes?: true;
  /** A provider may sign the request instead of logging in. The route checks the signature, and there is no `user`. */
  mayBeSigned?: true;
  /** A list that is also answered as CSV, by `csvFile`. */
  csv?: true;
  /** The answer is a stream of server-sent events. */
  isStream?: true;
} & Pick<FastifyContextConfig, 'priority' | 'priorityByBody' | 'largestBody' | 'limitMs'>;

/**
 * The callers who may pass (rest-api.md §2.4). `course`: staff of the addressed object's course, and global staff. Routes
 * under /api without a gate ask for a login.
 */
export const Gate = (who: Who, options: GateOptions = {}): MethodDecorator =>
  applyDecorators(
    SetMetadata(Gate, { who, ...options }),
    RouteConfig({
      gate: who,
      superuser: options.superuser,
      scopes: options.scopes,
      largestBody: options.largestBody,
      limitMs: options.limitMs,
      keepsBytes: options.keepsBytes,
      mayBeSigned: options.mayBeSigned,
      csv: options.csv,
      isStream: options.isStream,
      logs: options.logs,
      priority: options.priority,
      priorityByBody: options.priorityByBody,
    }),
    ApiExtension('x-gate', who),
  );

/** The headers of a signed callback: the provider's name, the Unix time, a number used once, and the signature. */
export const signatureHeaders = [
  'x-proctoring-provider',
  'x-proctoring-time',
  'x-proctoring-nonce',
  'x-proctoring-signature',
] as const;

export const isSigned = (headers: FastifyRequest['headers']): boolean =>
  headers['x-proctoring-signature'] !== undefined;

/** The caller, in a controller's method. */
export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<FastifyRequest>().user,
);

/** The object that the gate `loads`, in a controller's method. */
export const Loaded = createParamDecorator((_: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<FastifyRequest>().load?.(),
);

@Injectable()
export class GateGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly database: Database,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const gate = this.reflector.get<(GateOptions & { who: Who }) | undefined>(Gate, context.getHandler());
    if (gate?.who !== 'staff' && gate?.who !== 'course') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { surface } = request.routeOptions.config;
    // Surfaces check the caller's right before the body, and name the course in the path.
    const body = gate.who === 'course' && !surface ? bodyObject(request.body) : {};
    const user = request.user!;
    const addressed = {
      database: this.database,
      params: request.params,
      query: request.query,
      body,
      caller: user,
    } as Addressed;
    let loading: Promise<unknown> | undefined;
    // The gate loads only what it needs: a request that repeats an Idempotency-Key may address an object that is gone.
    request.load = () => {
      loading ??= Promise.resolve(gate.loads?.(addressed));
      return loading;
    };
    await checkAddressedCourse(this.database, request);
    if (hasRights(user, gate.scopes)) return true;
    if (gate.who === 'course') {
      addressed.loaded = await request.load();
      const found = await (gate.courses ?? courseOf)(addressed);
      if (found === true) return true;
      const courses = [found ?? []].flat();
      if (courses.length === 0) throw refused(403, 'could not determine the course_id');
      for (const course_id of courses) refuseLong({ course_id }, limits.name);
      if (await isCourseStaff(this.database, user.userId, ...courses)) return true;
    }
    throw notStaff(surface);
  }
}

export const hasRights = (user: Caller, scopes: readonly string[] = []) =>
  user.isStaff || scopes.some((scope) => user.scopes.includes(scope));
/** Global staff, and staff of the course. */
export const isStaffOf = async (
  database: Database,
  { isStaff, userId }: Pick<Caller, 'isStaff' | 'userId'>,
  courseId: string,
): Promise<boolean> => isStaff || isCourseStaff(database, userId, courseId);

const notStaff = (surface: SurfaceName | undefined) =>
  surface ? permissionDenied() : refused(403, 'Must be a Staff User to Perform this request.');

/** Refuses callers before their body is read, if only staff may pass. */
export function checkStaff({ user, routeOptions: { config } }: FastifyRequest) {
  if (config.gate !== 'staff' || (config.about && !config.surface)) return;
  if (!hasRights(user!, config.scopes)) throw notStaff(config.surface);
  if (config.superuser && !user!.isSuperuser) throw refused(403, 'Only a superuser who is staff may do this.');
}

/** On a surface, a caller without the right gets 403 for every method (edx-exams.md §1.4, instructor-v2.md §1). */
export async function checkOtherMethod(database: Database, request: FastifyRequest) {
  const { surface, gate } = request.routeOptions.config;
  if (!surface || gate !== 'course') return;
  await checkAddressedCourse(database, request);
  const { courseId } = request.params as Partial<Addressed['params']>;
  if (courseId === undefined) return; // the path names no course, so the method alone counts
  if (!(await isStaffOf(database, request.user!, courseId))) throw notStaff(surface);
}

const courseOf = ({ params, body }: Addressed): string | undefined =>
  params.courseId ?? (typeof body.course_id === 'string' && body.course_id ? body.course_id : undefined);

type VerifiedToken = { claims: Claims & { exp: number }; verifiedAt: number; caller: Caller; asOf: number };

const mostTokens = 10_000;
/** A change of the roster may go unnoticed for this long. */
const freshMs = 5_000;
/** A token is verified again after this time, because its key may be withdrawn. */
const verifiedMs = 60_000;

/** Finds the caller of a request (rest-api.md §2.2). Verified tokens are remembered, so that a poll costs little. */
@Injectable()
export class Authentication {
  private readonly verify: Verify;
  /** Least recently used first. */
  private readonly verifiedTokens = new Map<string, VerifiedToken>();

  constructor(
    configuration: Configuration,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    this.verify = verifierOf(configuration);
  }

  /**
   * The caller; undefined without credentials, and for inactive users. Throws 403 if the token is not valid, or 401 on the
   * surfaces that answer so.
   */
  async callerOf(
    request: Pick<FastifyRequest, 'headers' | 'method'>,
    surface?: SurfaceName,
  ): Promise<Caller | undefined> {
    const token = tokenIn(request, surface);
    if (!token) return undefined;
    const { claims, caller } = await this.remembered(token).catch((error) => {
      throw surface && error instanceof HttpAnswer && error.status === 403 ? invalidToken(surface) : error;
    });
    if (surface) checkClaims(claims, surface);
    return caller.isActive ? caller : undefined;
  }

  private async remembered(token: string): Promise<VerifiedToken> {
    const now = performance.now();
    const at = this.clock.now();
    let found = this.verifiedTokens.get(token);
    if (!found || found.claims.exp * 1000 <= Date.parse(at) || found.verifiedAt + verifiedMs <= now)
      found = await this.verified(token, at, now);
    else if (found.asOf + freshMs <= now) found = { ...found, caller: await this.fromRoster(found.claims), asOf: now };
    this.verifiedTokens.delete(token);
    this.verifiedTokens.set(token, found);
    if (this.verifiedTokens.size > mostTokens) this.verifiedTokens.delete(this.verifiedTokens.keys().next().value!);
    return found;
  }

  /** Forgets the remembered tokens, because the roster has changed. */
  forget() {
    this.verifiedTokens.clear();
  }

  private async verified(token: string, at: string, now: number): Promise<VerifiedToken> {
    const claims = await this.verify(token, at);
    return { claims, verifiedAt: now, caller: await this.fromRoster(claims), asOf: now };
  }

  private async fromRoster(claims: Claims): Promise<Caller> {
    const { user_id: id, preferred_username: username = claims.username ?? '' } = claims;
    const row = await (id === undefined ? userByName(this.database, username) : userById(this.database, id));
    const userId = id ?? row?.id;
    if (!Number.isSafeInteger(userId)) throw refused(403, 'The token does not say which user it is for.');
    const caller: Caller = {
      userId: userId!,
      username: username || (row?.username ?? `user ${userId}`),
      email: claims.email ?? row?.email ?? '',
      name: claims.name ?? row?.fullName ?? '',
      isStaff: claims.administrator ?? row?.isStaff ?? false,
      isSuperuser: claims.superuser ?? row?.isSuperuser ?? false,
      isActive: row?.isActive ?? true,
      groups: claims.roles ?? row?.groups ?? [],
      scopes: claims.scopes ?? [],
    };
    if (!row) await rememberUser(this.database, caller);
    return caller;
  }
}
