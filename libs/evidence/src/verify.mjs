// Verifies an evidence bundle:  node verify.mjs [--key PUBLIC_KEY] [--witness VERIFIER_KEY] [FOLDER]
// FOLDER has the unpacked bundle. By default it is the folder of this file. PUBLIC_KEY (base64) is the key of the log, as the
// operator of the service published it. VERIFIER_KEY is that of a witness (C2SP signed-note). The verifier needs Node alone: no
// service, no network, no package. Take this file from a bundle that you trust, because a changed verifier can say anything.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';

const args = process.argv.slice(2);
const option = (name) => {
  if (!args.includes(name)) return undefined;
  const [, value] = args.splice(args.indexOf(name), 2);
  if (value === undefined) throw new Error(`${name} needs a value.`);
  return value;
};
const [key, witness] = [option('--key'), option('--witness')];
const folder = (args[0] ?? decodeURIComponent(new URL('.', import.meta.url).pathname)).replace(/\/?$/, '/');

const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const read = (name) => readFileSync(folder + name);
const linesOf = (name) => String(read(name)).split('\n').slice(0, -1);
const problems = [];
const check = (holds, name, problem) => holds || problems.push(`${name}: ${problem}`);
/** Checks that read a file. A file that cannot be read is a problem of this file. */
const about = (name, work) => {
  try {
    return work();
  } catch (error) {
    problems.push(`${name}: ${error.message}`);
  }
};

// 1. No file was changed, added or removed.
const namesIn = (path) =>
  readdirSync(folder + path).flatMap((name) =>
    lstatSync(folder + path + name).isDirectory() ? namesIn(`${path}${name}/`) : [path + name],
  );
const sums = new Map(
  namesIn('')
    .filter((name) => name !== 'SHA256SUMS' && name !== 'SHA256SUMS.sha256')
    .sort()
    .map((name) => [name, sha256(read(name)).toString('hex')]),
);
const actual = [...sums].map(([name, sum]) => `${sum}  ${name}\n`).join('');
const digestOf = (text) => `${sha256(text).toString('hex')}  SHA256SUMS\n`;
about('SHA256SUMS', () => {
  const listed = String(read('SHA256SUMS'));
  const digest = about('SHA256SUMS.sha256', () => String(read('SHA256SUMS.sha256')));
  if (digestOf(actual) === digest) return check(listed === actual, 'SHA256SUMS', 'was changed');
  if (listed === actual) return check(false, 'SHA256SUMS.sha256', 'is not the digest of SHA256SUMS');
  check(digestOf(listed) === digest, 'SHA256SUMS', 'was changed');
  const wanted = new Map(listed.split('\n').map((line) => [line.slice(66), line.slice(0, 64)]));
  wanted.delete('');
  for (const [name, sum] of sums) check(wanted.get(name) === sum, name, wanted.has(name) ? 'was changed' : 'was added');
  for (const name of wanted.keys()) check(sums.has(name), name, 'is missing');
});

/** 2. The lines are one stream: each has the hash of the line before. Answers the events with their hashes. */
const chainIn = (name) => {
  let previous = '';
  return linesOf(name).map((line, index) => {
    const event = JSON.parse(line);
    check(event.version === index + 1, name, `line ${index + 1} has version ${event.version}`);
    check(event.previous === previous, name, `line ${index + 1} does not follow the line before`);
    previous = sha256(line).toString('hex');
    return { ...event, hash: previous };
  });
};

// 3. The keys, and the signed checkpoint: the origin, the size and the root of the tree (C2SP tlog-checkpoint, signed-note).
const keys = about('keys.ndjson', () => chainIn('keys.ndjson')) ?? [];
const note = about('checkpoint.txt', () => String(read('checkpoint.txt'))) ?? '';
const end = note.lastIndexOf('\n\n') + 1;
const text = note.slice(0, end);
const [origin, size, root] = text.split('\n');
const tree = Number(origin.slice(origin.lastIndexOf('/') + 1));
/** A key does not count at and after the place where it was revoked. */
const isRevoked = ({ data }, publicKey) =>
  data.publicKey === publicKey && (data.tree < tree || (data.tree === tree && data.fromSize <= Number(size)));
const trusted = keys
  .filter(({ type }) => type === 'LogKeyIntroduced')
  .map(({ data }) => data.publicKey)
  .filter((each) => !keys.some((event) => event.type === 'LogKeyRevoked' && isRevoked(event, each)));
/** The signatures of a key: type 1 is a log's, type 4 a witness's, which signs its time, too (C2SP tlog-cosignature). */
const signaturesBy = (name, type, publicKey) => {
  const raw = Buffer.from(publicKey, 'base64');
  const keyId = sha256(`${name}\n`, Buffer.of(type), raw).subarray(0, 4);
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]);
  const verifier = createPublicKey({ key: der, format: 'der', type: 'spki' });
  return note
    .slice(end + 1)
    .split('\n')
    .filter((line) => line.startsWith(`— ${name} `))
    .map((line) => Buffer.from(line.slice(name.length + 3), 'base64'))
    .filter((bytes) => bytes.subarray(0, 4).equals(keyId))
    .map((bytes) => bytes.subarray(4))
    .filter((bytes) => {
      if (type === 1) return verify(null, Buffer.from(text), verifier, bytes);
      const cosigned = `cosignature/v1\ntime ${bytes.readBigUInt64BE()}\n${text}`;
      return verify(null, Buffer.from(cosigned), verifier, bytes.subarray(8));
    });
};
const hasSigned = (publicKey) => signaturesBy(origin, 1, publicKey).length > 0;
const hasCosigned = (verifierKey) => {
  const [, name, encoded] = /^([^+]+)\+[0-9a-f]{8}\+(.+)$/.exec(verifierKey) ?? [];
  if (!encoded) throw new Error('the given verifier key has another form');
  return signaturesBy(name, 4, Buffer.from(encoded, 'base64').subarray(1).toString('base64')).length > 0;
};
const signers = about('keys.ndjson', () => trusted.filter(hasSigned)) ?? [];
check(signers.length > 0, 'checkpoint.txt', 'no trusted key of keys.ndjson has signed it');
check(key === undefined || signers.includes(key), 'checkpoint.txt', 'the given key has not signed it');
about('checkpoint.txt', () =>
  check(witness === undefined || hasCosigned(witness), 'checkpoint.txt', 'the given witness has not cosigned it'),
);

// 4. Each event is in the tree (RFC 9162, 2.1.3.2). `proofs/N.txt` has the leaf's index and the hashes up to the root.
const rootFrom = (leaf, index, hashes) => {
  let [found, node, last] = [sha256('\0', leaf), index, Number(size) - 1];
  const up = () => {
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  };
  for (const sibling of hashes) {
    if (last === 0) return undefined;
    if (node % 2 === 1 || node === last) {
      found = sha256('\x01', sibling, found);
      while (node % 2 === 0 && node > 0) up();
    } else found = sha256('\x01', found, sibling);
    up();
  }
  return last === 0 ? found.toString('base64') : undefined;
};
const events = about('events.ndjson', () => chainIn('events.ndjson')) ?? [];
const leaves = about('leaves.ndjson', () => linesOf('leaves.ndjson')) ?? [];
check(events.length > 0, 'events.ndjson', 'has no event');
check(leaves.length === events.length, 'leaves.ndjson', `has ${leaves.length} lines for ${events.length} events`);
for (const [at, event] of events.entries()) {
  about('leaves.ndjson', () => {
    const leaf = JSON.parse(leaves[at]);
    for (const field of ['hash', 'id', 'stream', 'version'])
      check(leaf[field] === event[field], 'events.ndjson', `line ${at + 1} has another ${field} than its leaf`);
  });
  const name = `proofs/${event.version}.txt`;
  about(name, () => {
    const proof = String(read(name));
    const [, index, hashes] = /^c2sp\.org\/tlog-proof@v1\nindex (\d+)\n((?:\S+\n)*)\n/.exec(proof) ?? [];
    check(proof.endsWith(`\n\n${note}`), name, 'has another checkpoint than checkpoint.txt');
    const path = (hashes ?? '')
      .split('\n')
      .slice(0, -1)
      .map((hash) => Buffer.from(hash, 'base64'));
    const isProved = Number(index) < Number(size) && rootFrom(leaves[at] ?? '', Number(index), path) === root;
    check(isProved, name, `does not prove line ${at + 1} of leaves.ndjson`);
  });
}

// 5. Disclosed texts belong to encrypted texts of the events. Only the service can show that the key leads from one to the other.
if (sums.has('personal.ndjson'))
  about('personal.ndjson', () => {
    for (const { version, sealed } of linesOf('personal.ndjson').map((line) => JSON.parse(line)))
      check(
        events[version - 1]?.data.sealed === sealed,
        'personal.ndjson',
        `event ${version} has another encrypted text`,
      );
  });

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`${events.length} events of ${events[0].stream} are in the log ${origin}, at size ${size}.`);
console.log(`Signed by ${signers.join(', ')}${key ? '' : ' (compare it with the key that the operator published)'}.`);
console.log(`Digest of the bundle: ${sha256(actual).toString('hex')}`);
