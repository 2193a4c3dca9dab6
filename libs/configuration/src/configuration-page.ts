import { commonOptions, providerTypes } from '#providers';
import { variables } from './configuration.js';
import { settings, switches } from './settings.js';

const table = (head: string[], ...rows: string[][]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const columns = ['Name', 'Default', 'Value', 'Meaning'];
const code = (text = '') => (text ? `\`${text}\`` : '');
const list = (names: string[]) => names.map(code).join(', ');
const providerRow = ([name, { required, options }]: [string, (typeof providerTypes)[string]]) => [
  code(name),
  list(required as string[]),
  list(Object.keys(options).filter((option) => !required.includes(option as never))),
];

/** The text of docs/configuration.md. */
export const configurationPage = () => `<!-- Made by \`npm run docs\` from libs/configuration: do not edit. -->
# Configuration

The service reads its configuration once, at the start. A wrong value stops the start, with one line for each problem.

## Environment variables

${table(
  columns,
  ...Object.values(variables).map(({ name, expects, means, ...variable }) => [
    code(name),
    code(variable.default),
    expects,
    means,
  ]),
)}

An empty variable counts as missing. \`JWT_SECRET\` can be combined with \`JWT_JWKS\` or \`JWT_JWKS_URL\`. Those two exclude each other.

## Settings

One JSON file has the settings that edx-proctoring reads from Django, with the same names. \`PROCTORING_CONFIG\` is its path.
All settings are optional. A name that is not listed here is refused.

${table(
  columns,
  ...Object.values(settings).map(({ key, expects, means, ...setting }) => [
    code(key),
    code(JSON.stringify(setting.default)),
    expects,
    means,
  ]),
  [
    code('PROCTORING_BACKENDS'),
    code('{"DEFAULT":"test","test":{}}'),
    'an object',
    'Options of each provider, by its name. `DEFAULT` names the provider of exams that name none.',
  ],
  [code('SWITCHES'), code('{}'), 'an object of true and false', 'Switches, listed below.'],
)}

${list(Object.values(settings).flatMap(({ key, alsoInside }) => (alsoInside ? key : [])))} may also be in \`PROCTORING_SETTINGS\`, which
takes precedence.

## Providers

A provider's name is the name of its kind. With the option \`provider\`, which names the kind, it can have any name, so that
there can be several providers of one kind. Every provider has the options ${list(Object.keys(commonOptions))}.

${table(['Kind', 'Must have', 'May have'], ...Object.entries(providerTypes).map(providerRow))}

## Switches

${table(['Name', 'Meaning'], ...Object.entries(switches).map(([name, means]) => [code(name), means]))}

\`\`\`json
{
  "SITE_NAME": "lms.example.org",
  "PLATFORM_NAME": "Example Platform",
  "PROCTORING_BACKENDS": {
    "DEFAULT": "watchers",
    "test": { "ping_interval": 30 },
    "watchers": {
      "provider": "rest",
      "verbose_name": "Watchers",
      "base_url": "https://watchers.example.org",
      "client_id": "lms",
      "client_secret": "a secret"
    }
  },
  "PROCTORING_SETTINGS": { "LINK_URLS": { "faq": "https://example.org/faq" }, "ALLOW_TIMED_OUT_STATE": true },
  "SWITCHES": { "edx_proctoring.test_ping_failure_passthrough": true }
}
\`\`\`
`;
