import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Database } from '#connections';
import { EventStore } from '#event-store';
import { eventTexts } from '#evidence';
import { leafOf, proofsOf } from '#merkle-log';
import type { AttemptStream } from '../attempts/staff-of-attempt.js';
import { Gate, Loaded } from '../auth/authentication.js';
import { Answers, QueryParam, Refuses } from '../document/answers.js';
import { integer, text } from '../document/schemas.js';
import { existing, refused } from '../http/http-answer.js';
import { WholeNumber } from '../http/whole-number.js';
import { auditorsOfAttempt, eventsOf } from './auditors.js';
import { attemptChain, attemptProofs } from './proofs.answers.js';

/** Proofs that an attempt's events are in the Merkle log. */
@ApiTags('audit')
@Controller('api/audit/v1/attempts/:attemptId')
export class ProofsController {
  constructor(
    private readonly events: EventStore,
    private readonly database: Database,
  ) {}

  @Get('proof')
  @Gate('course', { ...auditorsOfAttempt, logs: 'always' })
  @ApiOperation({
    summary: "The proof that the attempt's newest event is in the log, in the form of C2SP tlog-proof",
    description: 'Answers 404 until a signed checkpoint covers the event.',
  })
  @Answers(200, text, { type: 'text/plain' })
  @Refuses(404)
  @QueryParam('version', { ...integer, minimum: 1, maximum: 999_999_999 }, 'Of the stream: of this event instead')
  async getAttemptProof(
    @Res({ passthrough: true }) reply: FastifyReply,
    @WholeNumber('attemptId') attemptId: string,
    @Loaded() found: AttemptStream,
    @Query('version') version?: string,
  ) {
    if (version !== undefined && !/^[1-9]\d{0,8}$/.test(version))
      throw refused(400, 'version: not a whole number above 0.');
    const events = await eventsOf(this.events, attemptId, found);
    const event = version === undefined ? events.at(-1) : events.find((each) => each.version === Number(version));
    if (!event) throw refused(404, `The attempt has no event with version ${version}.`);
    const [proof] = await proofsOf(this.database, [event]);
    if (!proof) throw refused(404, 'No signed checkpoint covers this event yet.');
    // With a space before "charset" it would be sent as a JSON string, like the reference's texts.
    reply.header('Content-Type', 'text/plain;charset=utf-8');
    return proof.text;
  }

  @Get('proofs')
  @Gate('course', { ...auditorsOfAttempt, logs: 'always' })
  @ApiOperation({
    summary: "The proof of each of the attempt's events, and the leaf that it proves; null until one exists",
  })
  @Answers(200, attemptProofs)
  async listAttemptProofs(@WholeNumber('attemptId') attemptId: string, @Loaded() found: AttemptStream) {
    const events = await eventsOf(this.events, attemptId, found);
    const proofs = await proofsOf(this.database, events);
    return {
      attempt_id: Number(attemptId),
      proofs: events.map(({ id, version }, at) => {
        const { leaf = null, text: proof = null } = proofs[at] ?? {};
        return { event_id: id, version, leaf, proof };
      }),
    };
  }

  @Get('chain')
  @Gate('course', { ...auditorsOfAttempt, logs: 'always' })
  @ApiOperation({
    summary: 'The stored text, the leaf and the proof of each event of the learner at the exam',
    description: 'A client verifies with it that nobody changed the events. It trusts no arithmetic of the service.',
  })
  @Answers(200, attemptChain)
  async getAttemptChain(@WholeNumber('attemptId') attemptId: string, @Loaded() found: AttemptStream) {
    const { stream } = existing(found);
    const events = await eventTexts(this.database, stream);
    const proofs = await proofsOf(this.database, events);
    return {
      attempt_id: Number(attemptId),
      stream,
      events: events.map((event, at) => ({
        event_id: event.id,
        ...{ version: event.version, type: event.type, hashed: event.hashed },
        leaf: leafOf(event),
        proof: proofs[at]?.text ?? null,
      })),
    };
  }
}
