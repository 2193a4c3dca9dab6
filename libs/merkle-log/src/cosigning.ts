import { type Configuration, logSigningKeysOf } from '#configuration';
import { type Database, fetchWhole } from '#connections';
import { addCheckpointBody } from './add-checkpoint.js';
import { logNameOf } from './checkpoint-signing.js';
import { newestSignedCheckpoint, type SignedCheckpoint } from './signed-checkpoints.js';
import { lineOf, openNote, parseNote, privateKeyOf, publicBytesOf, type Verifier, vkeyOf } from './signed-note.js';
import { consistencyProof } from './tree.js';
import { newestTree, tileReader } from './tree-state.js';
import { type LogWitness, type WitnessPolicy, witnessPolicyOf } from './witnesses.js';

const maxAnswerBytes = 65_536;

type Cosignature = { vkey: string; line: string };

/** Collects cosignatures of the newest signed checkpoint (C2SP tlog-witness). */
export class Cosigning {
  private readonly policy: WitnessPolicy;
  /** The sizes that witnesses have cosigned, by origin and verifier key, as far as this process knows. */
  private readonly sizes = new Map<string, number>();

  /** `report` gets the verifier key of a witness with its failure, or '' when it has cosigned. */
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly report: (vkey: string, failure: string) => void,
  ) {
    this.policy = witnessPolicyOf(configuration);
  }

  /** Asks the witnesses that have not cosigned it. The quorum is stored at once, and does not wait for a slow witness. */
  async round(signal: AbortSignal): Promise<void> {
    const signed = await newestSignedCheckpoint(this.database);
    if (!signed) return;
    const { witnesses, quorum } = this.policy;
    const missing = witnesses.filter(({ vkey }) => !signed.witnesses.includes(vkey));
    const before = witnesses.length - missing.length;
    const given: Cosignature[] = [];
    let saved = 0;
    const save = async () => {
      if (given.length > saved) await this.save(signed, given);
      saved = given.length;
    };
    const collect = async (witness: LogWitness) => {
      const line = await this.lineOf(witness, signed, signal);
      if (line) given.push({ vkey: witness.vkey, line });
      if (line && before + given.length === quorum) await save();
    };
    await Promise.all(missing.map(collect));
    await save();
  }

  private async save({ tree, head, note, witnesses }: SignedCheckpoint, given: readonly Cosignature[]) {
    await this.database.query('insert into signed_checkpoints (tree, size, note, witnesses) values ($1, $2, $3, $4)', [
      ...[tree, head.size, note + given.map(({ line }) => line).join('')],
      [...witnesses, ...given.map(({ vkey }) => vkey)],
    ]);
  }

  private async lineOf(witness: LogWitness, signed: SignedCheckpoint, signal: AbortSignal) {
    try {
      const line = await this.cosign(witness, signed, signal);
      this.report(witness.vkey, '');
      return line;
    } catch (error) {
      const { message, cause } = error as Error & { cause?: { message?: string } };
      this.report(witness.vkey, `It does not cosign: ${cause?.message || message}`);
      return undefined;
    }
  }

  private async cosign(witness: LogWitness, signed: SignedCheckpoint, signal: AbortSignal): Promise<string> {
    const { head, note } = signed;
    const key = `${head.origin} ${witness.vkey}`;
    const known = Math.min(this.sizes.get(key) ?? 0, head.size);
    let answer = await this.post(witness, signed, known, signal);
    // It lost its files, its answer was lost, or another process has asked it.
    if (answer.status === 409) {
      const size = sizeIn(await answer.text());
      if (size > head.size)
        throw new Error(`it has ${size} leaves of ${head.origin}, and the log has ${head.size}: the log lost its end.`);
      answer = await this.post(witness, signed, size, signal);
    }
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(await this.refusalOf(answer.status, text, signed));
    const line = cosignatureIn(text, parseNote(note).text, witness.verifier);
    this.sizes.set(key, head.size);
    return line;
  }

  private async post(
    { url }: LogWitness,
    { tree, head, note }: SignedCheckpoint,
    oldSize: number,
    signal: AbortSignal,
  ) {
    const proof = oldSize === 0 ? [] : await consistencyProof(oldSize, head.size, tileReader(this.database, tree));
    const timeout = AbortSignal.timeout(1000 * this.configuration.witnessTimeoutSeconds);
    const body = addCheckpointBody({ oldSize, proof, note });
    const init = { method: 'POST', body, signal: AbortSignal.any([signal, timeout]) };
    return fetchWhole(`${url}/add-checkpoint`, init, maxAnswerBytes);
  }

  private async refusalOf(status: number, text: string, { head }: SignedCheckpoint): Promise<string> {
    const answer = `it answers ${status} ${text.slice(0, 200).trim()}`;
    if (status !== 403 && status !== 404) return answer;
    const { logId } = (await newestTree(this.database))!;
    const names = [logNameOf(this.configuration, logId), head.origin];
    const keys = logSigningKeysOf(this.configuration).map((seed) => publicBytesOf(privateKeyOf(seed)));
    const vkeys = names.flatMap((name) => keys.map((publicBytes) => vkeyOf(name, publicBytes)));
    return `${answer} The verifier keys of the log are ${vkeys.join(' ')}`;
  }
}

function sizeIn(text: string): number {
  if (!/^(0|[1-9]\d{0,15})\n$/.test(text)) throw new Error('it answers 409 without a size.');
  return Number(text);
}

/** The verified line of this witness. @throws BadNote */
function cosignatureIn(answer: string, text: string, verifier: Verifier): string {
  const note = `${text}\n${answer}`;
  openNote(note, [verifier]);
  const { name, keyId } = verifier;
  return lineOf(parseNote(note).signatures.find((each) => each.name === name && each.keyId === keyId)!);
}
