import { type Configuration, variables } from './configuration.js';
import { settings } from './settings.js';

/** A setting of this process, in the words of REST. A secret has no value here; `is_set` says whether it has one. */
export type SettingInForce = {
  name: string;
  source: 'environment' | 'settings file';
  value: string | null;
  is_secret: boolean;
  is_set: boolean;
  is_default: boolean;
  means: string;
};

/** Options of a provider that prove who we are or encrypt something. */
const isSecretOption = (name: string) => /secret|key|password/.test(name);

/** The configuration of this process, without secrets. Other processes may have another one. */
export function settingsInForce(configuration: Configuration): SettingInForce[] {
  return [...environmentOf(configuration), ...settingsOf(configuration), ...providersIn(configuration)];
}

const environmentOf = (configuration: Configuration) =>
  Object.entries(variables).map(([field, variable]): SettingInForce => {
    const { name, means, secret, default: otherwise = '' } = variable;
    const value = configuration[field as keyof typeof variables];
    const isDefault = textOf(value) === textOf(otherwise === '' ? undefined : variable.read(otherwise));
    return settingOf({ name, source: 'environment', means, value, isSecret: secret === true, isDefault });
  });

const settingsOf = ({ settings: given }: Configuration) =>
  Object.entries(settings).map(([field, { key, means, secret, default: otherwise }]): SettingInForce => {
    const value = given[field as keyof typeof settings];
    const isDefault = textOf(value) === textOf(otherwise);
    return settingOf({ name: key, source: 'settings file', means, value, isSecret: secret === true, isDefault });
  });

function providersIn({ settings: { backends, defaultBackend, switches } }: Configuration): SettingInForce[] {
  const row = (name: string, means: string, value: unknown, isSecret = false) =>
    settingOf({ name, source: 'settings file', means, value, isSecret, isDefault: false });
  return [
    row('PROCTORING_BACKENDS.DEFAULT', 'The provider of exams that name none.', defaultBackend),
    ...Object.entries(backends).flatMap(([provider, options]) =>
      Object.entries(options).map(([option, value]) =>
        row(`PROCTORING_BACKENDS.${provider}.${option}`, '', value, isSecretOption(option)),
      ),
    ),
    ...Object.entries(switches).map(([name, value]) => row(`SWITCHES.${name}`, '', value)),
  ];
}

type Row = Pick<SettingInForce, 'name' | 'source' | 'means'> & {
  value: unknown;
  isSecret: boolean;
  isDefault: boolean;
};

const settingOf = ({ value, isSecret, isDefault, ...row }: Row): SettingInForce => {
  const text = textOf(value);
  return {
    ...row,
    value: isSecret ? null : text,
    is_secret: isSecret,
    is_set: text !== null,
    is_default: isDefault,
  };
};

/** User and password in an address are left out. Null for an absent or empty value. */
function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const isList = Array.isArray(value) && value.every((each) => typeof each === 'string');
  const text = typeof value === 'string' ? value : isList ? value.join(', ') : JSON.stringify(value);
  if (['', '[]', '{}'].includes(text)) return null;
  return text.replace(/\/\/[^/\s"@]*@/g, '//…@');
}
