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

Read once, at the start. A wrong value stops the start, with one line for each thing that is wrong.

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

An empty variable counts as missing. \`JWT_SECRET\` may stand beside \`JWT_JWKS\` or \`JWT_JWKS_URL\`, which exclude each other.

## Settings

One JSON file has the settings that edx-proctoring finds in its host's Django settings, with the same names; \`PROCTORING_CONFIG\`
says where it is. All are optional. A name that is not listed here is refused.

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

${list(Object.values(settings).flatMap(({ key, alsoInside }) => (alsoInside ? key : [])))} may stand in \`PROCTORING_SETTINGS\` too,
and count more there.

## Providers

The name of a provider is that of its kind; or any, with the option \`provider\` naming the kind, so that there can be
several of one kind. Every provider has the options ${list(Object.keys(commonOptions))}.

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
