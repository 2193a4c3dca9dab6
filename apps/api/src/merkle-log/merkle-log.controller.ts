import { Controller, Get, NotFoundException, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { EventStore } from '#event-store';
import {
  BadNote,
  consistencyProof,
  hashSize,
  logKeysOrProblem,
  newestSignedCheckpoint,
  openNote,
  signedAt,
  tileOfPath,
  tileReader,
  unwitnessedSeconds,
  type Verifier,
  type WitnessPolicy,
  witnessPolicyOf,
} from '#merkle-log';
import { Gate } from '../auth/authentication.js';
import { Answers, QueryParam, Refuses } from '../document/answers.js';
import { integer, text } from '../document/schemas.js';
import { existing, refused } from '../http/http-answer.js';
import { WholeNumber } from '../http/whole-number.js';
import { consistency, logState } from './merkle-log.answers.js';

const size = { ...integer, minimum: 1, maximum: 999_999_999_999 };

/** The Merkle log as C2SP tlog-tiles serves one: hashes and signatures, and no data. So everybody may watch it. */
@ApiTags('audit')
@Controller('api/audit/v1/log')
export class MerkleLogController {
  private readonly policy: WitnessPolicy;

  constructor(
    private readonly database: Database,
    private readonly events: EventStore,
    configuration: Configuration,
  ) {
    this.policy = witnessPolicyOf(configuration);
  }

  @Get('state')
  @Gate('anyone')
  @ApiOperation({ summary: 'The newest signed checkpoint, the keys of the log, and which witnesses have cosigned' })
  @Answers(200, logState)
  async getLogState() {
    const { witnesses, quorum } = this.policy;
    const [newest, { keys }, unwitnessed] = await Promise.all([
      newestSignedCheckpoint(this.database),
      logKeysOrProblem(this.events),
      unwitnessedSeconds(this.database, this.policy),
    ]);
    return {
      checkpoint: newest
        ? {
            tree: newest.tree,
            size: newest.head.size,
            signed_at: await signedAt(this.database, newest),
            note: newest.note,
          }
        : null,
      keys: keys.map(({ publicKey, signs, revoked }) => ({
        public_key: publicKey,
        signs,
        revoked: revoked ? { tree: revoked.tree, from_size: revoked.fromSize } : null,
      })),
      witnesses: witnesses.map(({ vkey, verifier }) => ({
        name: verifier.name,
        verifier_key: vkey,
        cosigned_at: newest ? cosignedAt(newest.note, verifier) : null,
      })),
      quorum,
      unwitnessed_seconds: unwitnessed,
    };
  }

  @Get('checkpoint')
  @Gate('anyone')
  @ApiOperation({
    summary: "The newest signed checkpoint of the log's newest tree, in the form of C2SP tlog-checkpoint",
  })
  @Answers(200, text, { type: 'text/plain' })
  @Refuses(404)
  getCheckpoint(@Res({ passthrough: true }) reply: FastifyReply) {
    return this.noteOf(reply);
  }

  @Get(':tree/checkpoint')
  @Gate('anyone')
  @ApiOperation({ summary: 'The newest signed checkpoint of one tree' })
  @Answers(200, text, { type: 'text/plain' })
  @Refuses(404)
  getCheckpointOfTree(@Res({ passthrough: true }) reply: FastifyReply, @WholeNumber('tree') tree: string) {
    return this.noteOf(reply, tree);
  }

  @Get(':tree/tile/:level/:tile')
  @Gate('anyone')
  @ApiOperation({ summary: 'The hashes of a tile, 32 bytes each; `x001/x234/067.p/112` is one with 112 hashes' })
  @Answers(200, { ...text, format: 'binary' }, { type: 'application/octet-stream' })
  @Refuses(404)
  async getTile(
    @Res({ passthrough: true }) reply: FastifyReply,
    @WholeNumber('tree') tree: string,
    @Param('level') level: string,
    @Param('tile') path: string,
  ) {
    const tile = tileOfPath(level, path);
    const [hashes] = tile ? await tileReader(this.database, treeNumber(tree))([tile]) : [];
    const length = (tile?.width ?? 0) * hashSize;
    if (!hashes || hashes.length < length) throw new NotFoundException();
    const cached = 'public, max-age=31536000, immutable';
    reply.headers({ 'Content-Type': 'application/octet-stream', 'Cache-Control': cached });
    return hashes.subarray(0, length);
  }

  @Get(':tree/consistency')
  @Gate('anyone')
  @ApiOperation({
    summary: 'The hashes that prove that the tree with `from` leaves is the beginning of the one with `to`',
  })
  @Answers(200, consistency)
  @Refuses(404)
  @QueryParam('from', size)
  @QueryParam('to', size, "By default that of the tree's newest signed checkpoint")
  async getConsistency(@WholeNumber('tree') number: string, @Query('from') from?: string, @Query('to') to?: string) {
    const { tree, head } = await this.newest(number);
    const [first, last] = [sizeIn('from', from), to === undefined ? head.size : sizeIn('to', to)];
    if (first > last) throw refused(400, 'from: larger than to.');
    if (last > head.size) throw refused(400, 'to: no checkpoint of this size is signed.');
    const hashes = await consistencyProof(first, last, tileReader(this.database, tree));
    return { tree, from: first, to: last, hashes: hashes.map((hash) => hash.toString('base64')) };
  }

  private async noteOf(reply: FastifyReply, tree?: string) {
    const { note } = await this.newest(tree);
    // With a space before "charset" it would be sent as a JSON string, like the reference's texts.
    reply.header('Content-Type', 'text/plain;charset=utf-8');
    return note;
  }

  private async newest(tree?: string) {
    return existing(await newestSignedCheckpoint(this.database, tree === undefined ? undefined : treeNumber(tree)));
  }
}

/** ISO; null if the witness has not cosigned the note. */
function cosignedAt(note: string, verifier: Verifier): string | null {
  try {
    const { at } = openNote(note, [verifier]).signatures[0]!;
    return new Date(1000 * at!).toISOString();
  } catch (error) {
    if (error instanceof BadNote) return null;
    throw error;
  }
}

function treeNumber(text: string): number {
  if (text.length > 9) throw new NotFoundException();
  return Number(text);
}

function sizeIn(name: string, text = ''): number {
  if (!/^[1-9]\d{0,11}$/.test(text)) throw refused(400, `${name}: not a whole number above 0.`);
  return Number(text);
}
