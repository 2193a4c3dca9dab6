import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { ConsoleLogger, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { type Configuration, keyEncryptionKeysOf, logLevelsOf } from '#configuration';
import { Database } from '#connections';
import { limits } from '#domain';
import { useKeyEncryptionKeys } from '#learner-keys';
import { logAccess } from './access/access-hooks.js';
import { AccessLog } from './access/access-log.js';
import { admitByPriority } from './admission/admission.hooks.js';
import { Admission } from './admission/admission.js';
import { apiModule } from './api.module.js';
import { Authentication, checkOtherMethod, checkStaff, isSigned } from './auth/authentication.js';
import { nothingSent } from './auth/surfaces.js';
import { serveConsoleAssets } from './browsers/console.controller.js';
import { allowOrigins } from './browsers/cross-origin.js';
import { addSecurityHeaders } from './browsers/security-headers.js';
import { documentOf } from './document/document.js';
import { serveExamPages } from './exam-pages/exam-pages.controller.js';
import { Draining } from './health/draining.js';
import { Metrics } from './health/metrics.js';
import { OperationsPort } from './health/operations-port.js';
import { answerNotModified } from './http/etag.js';
import { HttpAnswer, refused } from './http/http-answer.js';
import { checkParameters, refuseLong } from './http/path-parameters.js';
import { rateLimiter } from './http/rate-limits.js';
import { referencePath, routableUrl } from './http/reference-urls.js';
import { propagateRequestIds, requestIdOf } from './http/request-ids.js';
import { connectionLimits, limitRequestTimes } from './http/time-limits.js';
import { readBody, usualBody } from './requests/body.js';
import { checkAccept } from './requests/negotiation.js';

/** Connections that wait to be accepted: a full exam hall connects within a second. The system may allow fewer. */
const backlog = 4_096;

/** Serves HTTP until `close`, which waits for running requests. The database must be migrated. */
export async function startApi(configuration: Configuration, databaseUrl: string) {
  const app = await createApi(configuration, databaseUrl);
  const closeAndThrow = async (error: Error) => {
    await app.close();
    throw error;
  };
  await app.listen({ port: configuration.port, host: configuration.host, backlog }).catch(closeAndThrow);
  const operationsPort = await app.get(OperationsPort).listen(fastifyOf(app)).catch(closeAndThrow);
  const { drainDelay } = configuration;
  return {
    app,
    operationsPort,
    url: (await app.getUrl()).replace('[::1]', 'localhost'),
    drain: () => app.get(Draining).for(drainDelay),
    close: () => app.close(),
  };
}

/** The same, without listening: for `app.inject`. */
export const createApi = (configuration: Configuration, databaseUrl: string) =>
  createApplication(apiModule(configuration, databaseUrl), configuration);

export async function createApplication(module: DynamicModule, configuration: Configuration) {
  const { logLevel, settings, corsOrigins, trustedProxies } = configuration;
  useKeyEncryptionKeys(() => keyEncryptionKeysOf(configuration));
  const adapter = new FastifyAdapter({
    bodyLimit: usualBody,
    ...connectionLimits,
    trustProxy: trustedProxies.length > 0 ? trustedProxies : false,
    genReqId: requestIdOf,
    // While the process ends, requests are still answered. Their connections are closed afterwards.
    return503OnClosing: false,
    rewriteUrl: ({ url = '/' }) => routableUrl(url),
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: answerLongPath,
    // If a parameter comes twice, the last one counts, as in the reference.
    routerOptions: {
      maxParamLength: 5_000,
      querystringParser: (text) => Object.fromEntries(new URLSearchParams(text)),
    },
  });
  // Nest logs every module and route while it starts, so the configured level is set later.
  const logger = new ConsoleLogger({ json: true, logLevels: logLevelsOf('warn') });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    abortOnError: false,
    bodyParser: false,
    logger,
    forceCloseConnections: false,
  });
  const fastify = fastifyOf(app);
  limitRequestTimes(fastify);
  propagateRequestIds(fastify);
  allowOrigins(fastify, corsOrigins);
  app.get(OperationsPort).restrict(fastify);
  parseBodies(fastify);
  const routes = collectRoutes(fastify);
  admitByPriority(fastify, app.get(Admission));
  checkRequests(fastify, routes, app.get(Authentication), await rateLimiter(fastify, settings.rateLimits));
  answerAsTheReference(fastify);
  logAccess(fastify, app.get(AccessLog));
  fastify.addHook('onSend', answerNotModified);
  addSecurityHeaders(fastify, settings.https, corsOrigins);
  const draining = app.get(Draining);
  fastify.addHook('onSend', async (_request, reply) => {
    if (draining.hasBegun) reply.header('Connection', 'close');
  });
  const metrics = app.get(Metrics);
  fastify.addHook('onResponse', async (request, reply) => metrics.observe(request, reply));
  const document = documentOf(app);
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'docs-json' });
  serveExamWorker(app);
  serveConsoleAssets(app);
  serveExamPages(app);
  await app.init();
  answerOtherMethods(fastify, routes, document, app.get(Database));
  await fastify.ready();
  logger.setLogLevels(logLevelsOf(logLevel));
  return app;
}

const fastifyOf = (app: NestFastifyApplication) => app.getHttpAdapter().getInstance() as unknown as FastifyInstance;

/** `routableUrl` has repaired all other paths that the router cannot read. */
function answerLongPath(_: Error, request: FastifyRequest, reply: FastifyReply) {
  reply.header('X-Request-Id', request.id).code(414).send({ detail: 'The path is too long.' });
}

const brokenRequests: Record<string, { status: number; detail: string }> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, detail: 'The request took too long.' },
  HPE_HEADER_OVERFLOW: { status: 431, detail: 'The header is too large.' },
};

/** A request that Node itself cannot read is answered in the same shape as all others. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket) {
  const { status, detail } = brokenRequests[error.code ?? ''] ?? { status: 400, detail: 'This is no HTTP request.' };
  const body = JSON.stringify({ detail });
  if (socket.writable && error.code !== 'ECONNRESET')
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Length: ${body.length}\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n${body}`,
    );
  socket.destroy(error);
}

function parseBodies(fastify: FastifyInstance) {
  // The reference reads a body on GET too.
  fastify.addHttpMethod('GET', { hasBody: true, overrideExisting: true });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, bytes: Buffer) => {
    const { keepsBytes, largestBody } = request.routeOptions.config;
    if (keepsBytes || request.headers['idempotency-key'] !== undefined) request.bytes = bytes;
    return readBody(request.headers['content-type'] ?? '', bytes, largestBody);
  });
}

/** The methods of each path. The names of its parameters do not matter. */
type Routes = Map<string, Pick<RouteOptions, 'url' | 'config'> & { methods: string[] }>;

const shapeOf = (url: string) => url.replace(/:\w+/g, ':');

function collectRoutes(fastify: FastifyInstance): Routes {
  const routes: Routes = new Map();
  fastify.addHook('onRoute', (route) => {
    const { url, method, config, handler } = route;
    route.bodyLimit = config?.largestBody;
    if ((handler as unknown) === answerOtherMethod) return;
    const { methods } = routes.get(shapeOf(url)) ?? { methods: [] };
    routes.set(shapeOf(url), { url, config, methods: [...methods, method].flat() });
  });
  return routes;
}

/** Search terms are exempt from the NUL check: a term with NUL matches nobody. */
const searchTexts = /\/search\/[^?]*|[?&]text_search=[^&]*/g;

/** Checks in the reference's order: path, Accept, token, login, method (rest-api.md §2.1). */
function checkRequests(
  fastify: FastifyInstance,
  routes: Routes,
  authentication: Authentication,
  countRequest: (request: FastifyRequest) => Promise<void>,
) {
  fastify.addHook('onRequest', async (request, reply) => {
    const { config, url = '' } = request.routeOptions;
    if (request.is404 || url.startsWith('/csrf/')) return countRequest(request);
    if (!/^\/(api|exams|lti)\//.test(url)) return;
    reply.header('Allow', allowedBy(routes.get(shapeOf(url))!.methods));
    checkParameters(request.params as Record<string, string>, config.surface === 'edx-exams');
    if (/%00/.test(request.url.replace(searchTexts, ''))) throw refused(400, 'Null characters are not allowed.');
    refuseLong(request.query as Record<string, string>, limits.parameter);
    const { surface } = config;
    const isOpen = config.gate === 'anyone';
    if (isOpen && !surface) return countRequest(request);
    checkAccept(request);
    if (config.mayBeSigned && isSigned(request.headers)) return countRequest(request);
    request.user = await authentication.callerOf(request, surface).catch(async (error) => {
      // A refused login counts. A login that cannot be checked, because the database is unreachable, does not.
      if (error instanceof HttpAnswer && error.status < 500) await countRequest(request);
      throw error;
    });
    await countRequest(request);
    if (isOpen) return;
    if (!request.user) throw nothingSent(surface);
    checkStaff(request);
  });
}

const order = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

const allowedBy = (methods: string[]): string =>
  order.filter((method) => method === 'OPTIONS' || methods.includes(method)).join(', ');

/** Adds the answer to all other methods of each path. All routes must be known. */
function answerOtherMethods(fastify: FastifyInstance, routes: Routes, document: OpenAPIObject, database: Database) {
  const preHandler = (request: FastifyRequest) => checkOtherMethod(database, request);
  for (const { url, config, methods } of routes.values()) {
    const others = fastify.supportedMethods.filter((method) => !methods.includes(method));
    if (!/^\/(api|lti)\//.test(url) || others.length === 0) continue;
    const operations = Object.values<any>(document.paths[referencePath(url).replace(/:(\w+)/g, '{$1}')] ?? {});
    const about = { name: operations[0]?.tags?.[0], description: operations.map(({ summary }) => summary).join('\n') };
    const route = { url, config: { ...config, about }, preHandler, handler: answerOtherMethod };
    fastify.route({ method: others, ...route, exposeHeadRoute: false });
  }
}

async function answerOtherMethod({ method, routeOptions }: FastifyRequest) {
  if (method === 'OPTIONS')
    return {
      ...routeOptions.config.about,
      renders: ['application/json'],
      parses: ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'],
    };
  // The package of edx-exams that serves these paths answers nothing (edx-exams.md §8.3).
  if (routeOptions.url?.startsWith('/lti/lti_consumer/')) throw new HttpAnswer(405);
  throw refused(405, `Method "${method}" not allowed.`);
}

/** A creation is 200, a text is a JSON string, and JSON names no charset (rest-api.md §2.7). */
function answerAsTheReference(fastify: FastifyInstance) {
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (reply.statusCode === 201) reply.code(200);
    const type = reply.getHeader('content-type');
    const isText = type === 'text/plain; charset=utf-8' && typeof payload === 'string';
    if (isText || type === 'application/json; charset=utf-8') reply.header('Content-Type', 'application/json');
    done(null, isText ? JSON.stringify(payload) : payload);
  });
}

/** Learners' pages import /exam-worker/index.js. */
function serveExamWorker(app: NestFastifyApplication) {
  const root = fileURLToPath(new URL('../../../libs/exam-worker/src', import.meta.url));
  app.useStaticAssets({ root, prefix: '/exam-worker/', index: false, decorateReply: false });
}
