import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Database } from '#connections';
import { Refusal } from '#domain';
import { ProviderRefused } from '#providers';
import { type Claims, isKnownCourse } from '#roster';
import { HttpAnswer, refused } from '../http/http-answer.js';

/** The interfaces whose logins and errors differ from edx-proctoring's. */
export type SurfaceName = 'edx-exams' | 'instructor-v2';

declare module 'fastify' {
  interface FastifyContextConfig {
    surface?: SurfaceName;
  }
}

/**
 * The interface that the routes of a controller belong to. Their logins, the order of their checks and the shape of their
 * errors follow edx-exams.md §1.2–1.5 and instructor-v2.md §1.
 */
export const Surface =
  (surface: SurfaceName): ClassDecorator =>
  ({ prototype }) => {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      const config = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, property.value ?? {});
      if (!config) continue;
      RouteConfig({ ...config, surface })(prototype, name, property);
      ApiExtension('x-surface', surface)(prototype, name, property);
    }
  };

/** 401 instead of edx-proctoring's 403. Only edx-exams names the scheme. */
const notLoggedIn = (surface: SurfaceName, detail: string) =>
  refused(401, detail, surface === 'edx-exams' ? { 'WWW-Authenticate': 'JWT realm="api"' } : {});

export const nothingSent = (surface: SurfaceName | undefined) => {
  const detail = 'Authentication credentials were not provided.';
  return surface ? notLoggedIn(surface, detail) : refused(403, detail);
};

export const invalidToken = (surface: SurfaceName) => notLoggedIn(surface, 'Invalid token.');

export const permissionDenied = () => refused(403, 'You do not have permission to perform this action.');

/** @throws HttpAnswer for a valid token that this surface refuses */
export function checkClaims(claims: Claims, surface: SurfaceName) {
  if (surface !== 'edx-exams') return;
  if (!claims.preferred_username && !claims.username)
    throw notLoggedIn(surface, 'JWT must include a preferred_username or username claim!');
  if (claims.is_restricted) throw permissionDenied();
}

const courseKey = /^(course-v1:[\w.~-]+(\+[\w.~-]+){2}|[\w.~-]+(\/[\w.~-]+){2})$/;

/** The instructor API looks for the course before it checks the caller's right. @throws HttpAnswer with status 404 */
export async function checkAddressedCourse(database: Database, { routeOptions, params }: FastifyRequest) {
  if (routeOptions.config.surface !== 'instructor-v2') return;
  const { courseId } = params as { courseId: string };
  if (!courseKey.test(courseId)) throw refused(404, 'Invalid course key');
  if (!(await isKnownCourse(database, courseId))) throw refused(404, `Course not found: ${courseId}.`);
}

/** The answer to an error in the shape of the surface: the clients of the instructor API read other keys than `detail`. */
export function onSurface(answer: HttpAnswer, error: unknown, surface: SurfaceName | undefined): HttpAnswer {
  const { detail } = Object(answer.body);
  if (surface !== 'instructor-v2' || typeof detail !== 'string' || 'error' in Object(answer.body)) return answer;
  const isOwn = error instanceof Refusal || error instanceof ProviderRefused;
  const key = isOwn ? 'error' : 'developer_message';
  return new HttpAnswer(answer.status, { [key]: detail, ...Object(answer.body) }, answer.headers);
}
