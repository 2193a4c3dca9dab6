import { hash } from 'node:crypto';
import { parseAddCheckpoint } from '../../../libs/merkle-log/src/add-checkpoint.js';
import {
  openCheckpoint,
  type TreeHead,
  treeOf,
  unverifiedTreeHead,
} from '../../../libs/merkle-log/src/signed-checkpoint.js';
import {
  BadNote,
  parseNote,
  publicBytesOf,
  type Signer,
  signatureLine,
  type Verifier,
  verifierOf,
  vkeyOf,
} from '../../../libs/merkle-log/src/signed-note.js';
import { emptyRoot, verifyConsistency } from '../../../libs/merkle-log/src/tree.js';
import type { CosignedFile } from './cosigned-file.js';

export type Answer = { status: number; body: string; type?: string };

/** C2SP tlog-witness. Each call runs to its end before the next one begins, so no check is outdated when it signs. */
export class Witness {
  /** A verifier key without the number of a tree stands for all trees of its log. */
  constructor(
    private readonly logs: readonly Verifier[],
    private readonly signer: Signer,
    private readonly cosigned: CosignedFile,
  ) {}

  /** Throws when nothing may be cosigned any more. */
  addCheckpoint(body: string): Answer {
    try {
      return this.checked(body);
    } catch (error) {
      if (error instanceof BadNote) return { status: 400, body: `${error.message}\n` };
      throw error;
    }
  }

  /** The newest cosigned checkpoint of the log whose origin has this SHA-256. */
  checkpoint(originHash: string): Answer {
    const found = this.cosigned.newestBy((origin) => hash('sha256', origin) === originHash);
    return found
      ? { status: 200, body: found.note }
      : { status: 404, body: 'No checkpoint of this log is cosigned.\n' };
  }

  private checked(body: string): Answer {
    const { oldSize, proof, note } = parseAddCheckpoint(body);
    const head = unverifiedTreeHead(note);
    const verifiers = this.verifiersOf(head.origin);
    if (verifiers.length === 0) return { status: 404, body: 'The log is not known here.\n' };
    const problem = problemOfSignatures(note, verifiers);
    if (problem) return { status: 403, body: `${problem}\n` };
    if (oldSize > head.size) return { status: 400, body: 'The old size is larger than that of the checkpoint.\n' };
    const last = this.cosigned.newestOf(head.origin)?.head;
    const lastSize = last?.size ?? 0;
    if (oldSize !== lastSize) return { status: 409, body: `${lastSize}\n`, type: 'text/x.tlog.size' };
    if (!isConsistent(last, head, proof))
      return { status: 422, body: `The checkpoint does not continue the tree with ${lastSize} leaves.\n` };
    const line = signatureLine(parseNote(note).text, this.signer);
    this.cosigned.append(`${withSignaturesOf(head.origin, note)}${line}`);
    return { status: 200, body: line };
  }

  private verifiersOf(origin: string): Verifier[] {
    return this.logs
      .filter(({ name }) => name === origin || treeOf(name, origin) !== undefined)
      .map(({ publicKey }) => verifierOf(vkeyOf(origin, publicBytesOf(publicKey))));
  }
}

function problemOfSignatures(note: string, verifiers: readonly Verifier[]): string | undefined {
  try {
    openCheckpoint(note, verifiers);
    return undefined;
  } catch (error) {
    if (error instanceof BadNote) return error.message;
    throw error;
  }
}

/** Each tree continues the empty one. */
function isConsistent(last: TreeHead | undefined, { size, root }: TreeHead, proof: readonly Buffer[]): boolean {
  if (size === 0 && !root.equals(emptyRoot)) return false;
  if (!last || last.size === 0) return proof.length === 0;
  return verifyConsistency(last.size, last.root, size, root, proof);
}

/** The note without signatures of other names. */
function withSignaturesOf(name: string, note: string): string {
  const { text } = parseNote(note);
  const lines = note.slice(text.length + 1).match(/.+\n/g) ?? [];
  return `${text}\n${lines.filter((line) => line.startsWith(`— ${name} `)).join('')}`;
}
