import { Controller, Get, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { EventStore } from '#event-store';
import { evidenceBundle, evidenceTimeline } from '#evidence';
import { witnessPolicyOf } from '#merkle-log';
import type { Caller } from '#roster';
import { beginAccess, noteObject, noteSubject } from '../access/access-note.js';
import type { AttemptStream } from '../attempts/staff-of-attempt.js';
import { CurrentUser, Gate, Loaded } from '../auth/authentication.js';
import { Answers, QueryParam } from '../document/answers.js';
import { detail, oneOf, text } from '../document/schemas.js';
import { existing, refused } from '../http/http-answer.js';
import { WholeNumber } from '../http/whole-number.js';
import { auditorsOfAttempt } from './auditors.js';

const notCovered = {
  description: 'No signed checkpoint covers the attempt yet',
  headers: { 'Retry-After': { schema: text } },
};

/** Evidence that is verified without the service. */
@ApiTags('audit')
@Controller('api/audit/v1')
export class EvidenceController {
  private readonly deps: Parameters<typeof evidenceBundle>[0];

  constructor(events: EventStore, database: Database, configuration: Configuration) {
    this.deps = { database, events, policy: witnessPolicyOf(configuration) };
  }

  @Get('attempts/:attemptId/evidence')
  @Gate('course', { ...auditorsOfAttempt, logs: 'always' })
  @ApiOperation({
    summary: 'All evidence about an attempt up to the newest signed checkpoint: a zip with a verifier in it',
  })
  @Answers(200, { ...text, format: 'binary' }, { type: 'application/zip' })
  @Answers(202, detail, notCovered)
  @QueryParam('personal', oneOf('true', 'false'), 'With the decrypted texts, for staff of the course and global staff')
  async getEvidence(
    @WholeNumber('attemptId') attemptId: string,
    @Loaded() found: AttemptStream,
    @CurrentUser() user: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('personal') personal = 'false',
  ) {
    const attempt = existing(found);
    if (!['true', 'false'].includes(personal)) throw refused(400, 'personal: not true or false.');
    const withPersonalData = personal === 'true';
    if (withPersonalData) await recordDisclosure(attempt, user);
    const asked = { ...attempt, attemptId: Number(attemptId), withPersonalData };
    const zip = await evidenceBundle(this.deps, asked);
    return zip ? fileOf(zip, 'application/zip', `attempt-${attemptId}.zip`) : notYet(reply);
  }

  @Get('attempts/:attemptId/evidence/timeline')
  @Gate('course', { ...auditorsOfAttempt, logs: 'always' })
  @ApiOperation({ summary: 'The timeline of the evidence alone: a tagged PDF' })
  @Answers(200, { ...text, format: 'binary' }, { type: 'application/pdf' })
  @Answers(202, detail, notCovered)
  async getEvidenceTimeline(
    @WholeNumber('attemptId') attemptId: string,
    @Loaded() found: AttemptStream,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const pdf = await evidenceTimeline(this.deps, { ...existing(found), attemptId: Number(attemptId) });
    return pdf ? fileOf(pdf, 'application/pdf', `attempt-${attemptId}.pdf`) : notYet(reply);
  }
}

const fileOf = (content: Buffer, type: string, name: string) =>
  new StreamableFile(content, { type, disposition: `attachment; filename="${name}"` });

function notYet(reply: FastifyReply) {
  reply.code(202).header('Retry-After', '10');
  return { detail: 'No signed checkpoint covers the attempt yet. Please ask again in a moment.' };
}

/** The scope of auditors is not enough. The entry in the access log is stored before the learner key is used. */
async function recordDisclosure({ isStaff, userId }: { isStaff: boolean; userId: number }, user: Caller) {
  if (!isStaff && !user.isStaff)
    throw refused(403, 'personal: only staff of the course and global staff may ask for it.');
  noteSubject(userId);
  noteObject('learner-key', userId);
  await beginAccess();
}
