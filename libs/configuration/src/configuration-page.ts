import { variables } from './configuration.js';
import { backendOptions, settings } from './settings.js';

const table = (...rows: string[][]) =>
  [['Name', 'Default', 'Value', 'Meaning'], ['---', '---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
const code = (text = '') => (text ? `\`${text}\`` : '');
const list = (names: string[]) => names.map(code).join(', ');

/** The text of docs/configuration.md. */
export const configurationPage = () => `<!-- Made by \`npm run docs\` from libs/configuration: do not edit. -->
# Configuration

Read once, at the start. A wrong value stops the start, with one line for each thing that is wrong.

## Environment variables

${table(
  ...Object.values(variables).map(({ name, expects, means, ...variable }) => [
    code(name),
    code(variable.default),
    expects,
    means,
  ]),
)}

An empty variable counts as missing. \`JWT_SECRET\` may stand beside \`JWT_JWKS\` or \`JWT_JWKS_URL\`, which exclude each other.

## Settings

What edx-proctoring finds in its host's Django settings stands in one JSON file, under the same names; \`PROCTORING_CONFIG\`
says where it is. All are optional. A name that is not listed here is refused.

${table(
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
  [
    code('SWITCHES'),
    code('{}'),
    'an object of true and false',
    'A name is `edx_proctoring.<provider>_ping_failure_passthrough`: failed pings of that provider do not end attempts.',
  ],
)}

Options of a provider: ${list(Object.keys(backendOptions))}.

\`\`\`json
{
  "SITE_NAME": "lms.example.org",
  "PLATFORM_NAME": "Example Platform",
  "PROCTORING_BACKENDS": { "DEFAULT": "test", "test": { "ping_interval": 30 } },
  "PROCTORING_SETTINGS": { "LINK_URLS": { "faq": "https://example.org/faq" }, "ALLOW_TIMED_OUT_STATE": true },
  "SWITCHES": { "edx_proctoring.test_ping_failure_passthrough": true }
}
\`\`\`
`;
