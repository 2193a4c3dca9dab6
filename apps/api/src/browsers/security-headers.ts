import type { FastifyInstance } from 'fastify';

const always = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'same-origin',
};

const nothing = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const ownFiles =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/** Swagger's page has styles of its own. */
const documentation =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** A tool may show these pages in a frame. They act on nothing that a person does in them. */
const framedByTools = /^\/lti\/lti_consumer\/v1\/(launch|start_proctoring_assessment)/;

/**
 * Tells browsers what they may do with an answer. No answer of the API is stored, except the learner's own polls, which
 * say so themselves (see etag.ts).
 */
export function addSecurityHeaders(fastify: FastifyInstance, https: 'on' | 'off', frontEnds: readonly string[]) {
  const all = https === 'on' ? { ...always, 'Strict-Transport-Security': 'max-age=31536000' } : always;
  fastify.addHook('onSend', async ({ routeOptions: { url = '' } }, reply) => {
    const isFramed = framed.test(url);
    const mayBeFramed = isFramed || framedByTools.test(url);
    for (const [name, value] of Object.entries(all))
      if (!reply.hasHeader(name) && !(mayBeFramed && name === 'X-Frame-Options')) reply.header(name, value);
    // A policy on the exam worker's script would hold for the whole worker.
    if (!url.startsWith('/exam-worker/') && !reply.hasHeader('Content-Security-Policy'))
      reply.header('Content-Security-Policy', isFramed ? framedBy(frontEnds) : policyOf(url));
    if (/^\/(api|csrf|lti)\//.test(url) && !reply.hasHeader('Cache-Control')) reply.header('Cache-Control', 'no-store');
  });
}

/** The instructor dashboard shows the provider's dashboard in a frame, by this redirect (instructor-v2.md §6, I14). */
const framed = /^\/api\/edx_proctoring\/v1\/instructor\//;

const framedBy = (frontEnds: readonly string[]) =>
  nothing.replace("frame-ancestors 'none'", `frame-ancestors ${["'self'", ...frontEnds].join(' ')}`);

function policyOf(url: string) {
  if (/^\/docs\b/.test(url)) return documentation;
  return /^\/console\b/.test(url) ? ownFiles : nothing;
}
