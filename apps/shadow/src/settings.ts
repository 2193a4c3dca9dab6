import { parseArgs } from 'node:util';

export type Settings = {
  primary?: URL;
  secondary: URL;
  port: number;
  host: string;
  report: string;
  /** A recording to send instead of live traffic. */
  from?: string;
  /** A file to which live traffic is recorded. */
  record?: string;
  paths: string[];
  toleranceSeconds: number;
};

export const usage =
  'npm run shadow -- --secondary <url> (--primary <url> [--port <n>] [--record <file>] | --from <recording> [--primary <url>]) ' +
  '[--report <file>] [--paths <prefixes>] [--tolerance <seconds>]';

/** @throws Error with one line */
export function settingsOf(args: string[]): Settings {
  const { values } = parseArgs({
    args,
    options: {
      primary: { type: 'string' },
      secondary: { type: 'string' },
      port: { type: 'string', default: '3200' },
      host: { type: 'string', default: '127.0.0.1' },
      report: { type: 'string', default: 'shadow-report.ndjson' },
      from: { type: 'string' },
      record: { type: 'string' },
      paths: { type: 'string', default: '/api/edx_proctoring/' },
      tolerance: { type: 'string', default: '5' },
    },
  });
  if (!values.secondary || (!values.primary && !values.from)) throw new Error(usage);
  return {
    primary: values.primary === undefined ? undefined : addressOf('--primary', values.primary),
    secondary: addressOf('--secondary', values.secondary),
    port: numberOf('--port', values.port, 65_535),
    host: values.host,
    report: values.report,
    from: values.from,
    record: values.record,
    paths: values.paths.split(','),
    toleranceSeconds: numberOf('--tolerance', values.tolerance, 3600),
  };
}

function addressOf(option: string, text: string): URL {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text);
  throw new Error(`${option} must be an address such as http://127.0.0.1:3000, not "${text}".`);
}

function numberOf(option: string, text: string, most: number): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= most) return Number(text);
  throw new Error(`${option} must be a whole number up to ${most}, not "${text}".`);
}
