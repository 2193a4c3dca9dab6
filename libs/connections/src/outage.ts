/**
 * Why PostgreSQL did not carry a statement out. `away`: there is no connection. `busy`: the statement took too long and was
 * undone. `full`: the database cannot write. `silent`: no answer came, so it is unknown whether the statement was carried out.
 */
export type Outage = 'away' | 'busy' | 'full' | 'silent';

const codes: [RegExp, Outage][] = [
  [/^(53[12]00|53000|58000|58030|25006)$/, 'full'],
  [/^(57014|55P03|25P0[34]|53300|40P01)$/, 'busy'],
  [/^(57P0[1-5]|08(000|003|006|007)|ECONNRESET|EPIPE|ETIMEDOUT)$/, 'silent'],
  [/^(08...|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/, 'away'],
];
const messages: [RegExp, Outage][] = [
  [
    /^timeout exceeded when trying to connect|^timeout expired|^Connection terminated due to connection timeout/,
    'away',
  ],
  [
    /^Query read timeout|^Connection terminated|^Client has encountered a connection error|^Client was closed/,
    'silent',
  ],
];

/** The outage that an error means; undefined for other errors, such as a violated constraint or a bug. */
export function outageOf(error: unknown): Outage | undefined {
  const { code = '', message = '' } = Object(Object(error).driverError ?? error) as { code?: string; message?: string };
  const find = (list: typeof codes, text: string) => list.find(([pattern]) => pattern.test(text))?.[1];
  return find(codes, code) ?? find(messages, message);
}
