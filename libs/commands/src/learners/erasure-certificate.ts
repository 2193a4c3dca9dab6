import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import canonicalize from 'canonicalize';
import { type Configuration, erasureSigningKeyOf } from '#configuration';
import type { Database } from '#connections';
import type { Origin } from '#domain';

/** The statement of what was destroyed for a learner, what remains, and why. Its only personal data is the learner's id. */
export type Erasure = {
  type: 'erasure-certificate';
  version: 1;
  user_id: number;
  at: string;
  asked_for_by: Origin['actor'];
  destroyed: { where: string; what: string; rows?: number }[];
  remains: { where: string; what: string; why: string; until: string }[];
};

/** The signature (Ed25519, base64) is over the RFC 8785 form of `certificate`; the key is a PEM. */
export type ErasureCertificate = { certificate: Erasure; signature: string; public_key: string };

/** The rows that a retirement is about to destroy, by table. */
export async function erasableRows(database: Database, userId: number): Promise<Record<string, number>> {
  const { rows } = await database.query(
    `select (select count(key)::int from learner_keys_of(array[$1::bigint])) as learner_keys,
            (select count(*)::int from users where id = $1 and username <> 'retired user ' || id) as users,
            (select count(*)::int from verified_names where user_id = $1) as verified_names,
            (select count(*)::int from course_staff where user_id = $1) as course_staff,
            (select count(*)::int from enrollments where user_id = $1) as enrollments,
            (select count(*)::int from credit_statuses where user_id = $1) as credit_statuses,
            (select count(*)::int from dates where user_id = $1) as dates,
            (select count(*)::int from schedules where user_id = $1) as schedules,
            (select count(*)::int from quarantined_callbacks where user_id = $1) as quarantined_callbacks,
            (select count(*)::int from lti_subjects where user_id = $1) as lti_subjects`,
    [userId],
  );
  return rows[0];
}

const what: Record<string, string> = {
  learner_keys: "the key that encrypts the learner's reviews, allowances, refused reviews, messages and reasons",
  users: 'user name, e-mail, full name, rights and groups',
  verified_names: 'verified names',
  course_staff: 'roles in courses',
  enrollments: 'enrolments, with the names that lists are searched by',
  credit_statuses: 'statuses of credit',
  dates: 'due dates of the learner alone',
  schedules: 'schedules of the learner alone',
  quarantined_callbacks: 'refused reviews',
  lti_subjects: 'the name of the learner at LTI tools',
};

const remains: Erasure['remains'] = [
  {
    where: 'events, submission receipts, and the read models and Kafka topics made of events',
    what: "exams, times, statuses and decisions under the learner's id, and encrypted texts",
    why: 'they prove the results of exams; without the destroyed key nobody can decrypt the texts',
    until: 'the log is deleted; topics have their own retention',
  },
  {
    where: 'users, learner_keys',
    what: "a row with the learner's id and no name, and a row that says that the key is destroyed",
    why: 'old ids must resolve, and nothing may restore the person',
    until: 'the database is deleted',
  },
  {
    where: 'access_log',
    what: "who did what, under the learner's id and the ids of requests and tokens",
    why: 'auditors must be able to see it',
    until: 'ACCESS_LOG_DAYS have passed',
  },
  {
    where: 'backups, and the write-ahead log of PostgreSQL',
    what: 'older copies, with the encrypted key',
    why: 'they cannot be changed, and only the key-encryption keys decrypt them',
    until: 'their retention ends',
  },
  {
    where: 'the topic learning-exam-attempt-lifecycle of the Open edX event bus, where it is used',
    what: 'user name, e-mail and full name in earlier messages',
    why: 'the format of Open edX has them, and the LMS finds the learner of a submitted exam by the user name',
    until: 'the retention of the topic ends: 30 days, unless the topic has another',
  },
  {
    where: 'proctoring providers, mail servers, the LMS',
    what: 'what they received before',
    why: 'providers are asked to delete it; the others keep their own data',
    until: 'they delete it',
  },
];

/** Keeps a certificate of what was destroyed. A repeated retirement that destroys nothing more adds none. */
export async function certifyErasure(
  { database, configuration }: { database: Database; configuration: Configuration },
  { userId, at, origin, rows }: { userId: number; at: string; origin: Origin; rows: Record<string, number> },
): Promise<void> {
  const earlier = await database.query('select from erasure_certificates where user_id = $1 limit 1', [userId]);
  if (earlier.rowCount! > 0 && Object.values(rows).every((count) => count === 0)) return;
  const certificate: Erasure = {
    type: 'erasure-certificate',
    version: 1,
    user_id: userId,
    at,
    asked_for_by: origin.actor,
    destroyed: [
      ...Object.entries(rows).map(([where, count]) => ({ where, what: what[where] ?? 'rows', rows: count })),
      { where: 'attempt_learners, planner statistics', what: 'copies of names' },
      { where: 'idempotency_keys', what: 'kept answers that have names' },
      { where: 'dead_letters', what: 'reasons' },
      { where: 'allowances', what: 'values' },
    ],
    remains,
  };
  await database.query('insert into erasure_certificates values ($1, $2, $3) on conflict do nothing', [
    userId,
    at,
    JSON.stringify(signed(certificate, erasureSigningKeyOf(configuration))),
  ]);
}

/** A learner's certificates, oldest first. */
export async function erasureCertificates(database: Database, userId: number | string): Promise<ErasureCertificate[]> {
  const text = 'select certificate from erasure_certificates where user_id = $1 order by at';
  return (await database.query(text, [userId])).rows.map(({ certificate }) => JSON.parse(certificate));
}

// The PKCS #8 header of an Ed25519 seed of 32 bytes (RFC 8410).
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');

function signed(certificate: Erasure, seed: Buffer): ErasureCertificate {
  const key = createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' });
  return {
    certificate,
    signature: sign(null, Buffer.from(canonicalize(certificate)!), key).toString('base64'),
    public_key: createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString(),
  };
}
