import { type FormEvent, useState } from 'react';
import { useSearchParams } from 'wouter';
import { SelectField, TextField } from '../../kit/fields.js';
import { useTexts } from '../../kit/texts.js';

/** `number`: digits; `time`: a local time, in the address an ISO time; otherwise a text, or one of `options`. */
export type Filter = {
  name: string;
  kind?: 'number' | 'time';
  options?: readonly { value: string; label: React.ReactNode }[];
};

const twoDigits = (number: number) => String(number).padStart(2, '0');

/** An ISO time as a field of local time shows it. */
function localTime(iso: string): string {
  const at = new Date(iso);
  if (iso === '' || Number.isNaN(at.getTime())) return '';
  const day = `${at.getFullYear()}-${twoDigits(at.getMonth() + 1)}-${twoDigits(at.getDate())}`;
  return `${day}T${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}:${twoDigits(at.getSeconds())}`;
}

const isoTime = (local: string): string => (local === '' ? '' : new Date(local).toISOString());

/** The filters in the address, without the empty ones. */
export function useFilters(filters: readonly Filter[]): Record<string, string> {
  const [parameters] = useSearchParams();
  const given = filters.map(({ name }) => [name, parameters.get(name) ?? ''] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}

/** A form whose fields become the address's query when it is sent, so that the back button goes to the search before. */
export function Filters({ filters, label }: { filters: readonly Filter[]; label: string }) {
  const say = useTexts();
  const [parameters, setParameters] = useSearchParams();
  const applied = Object.fromEntries(filters.map(({ name }) => [name, parameters.get(name) ?? '']));
  const [drafts, setDrafts] = useState<{ of: string; values: Record<string, string> }>();
  // Fields show the address again when it changes, for example by the back button.
  const of = JSON.stringify(applied);
  const values = drafts?.of === of ? drafts.values : applied;
  const change = (name: string, value: string) => setDrafts({ of, values: { ...values, [name]: value } });
  const apply = (wanted: Record<string, string>) =>
    setParameters(
      Object.entries(wanted)
        .filter(([, value]) => value.trim() !== '')
        .map(([name, value]) => [name, value.trim()]),
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    apply(values);
  };
  return (
    <search>
      <form className="card stack" aria-label={label} onSubmit={submit}>
        <div className="filters">
          {filters.map(({ name, kind, options }) => {
            const common = { label: say(`audit.filter.${name}`), value: values[name] ?? '' };
            if (options)
              return <SelectField key={name} {...common} options={options} onChange={(value) => change(name, value)} />;
            if (kind === 'time')
              return (
                <TextField
                  key={name}
                  {...common}
                  type="datetime-local"
                  step={1}
                  value={localTime(common.value)}
                  onChange={(value) => change(name, isoTime(value))}
                />
              );
            return (
              <TextField
                key={name}
                {...common}
                {...(kind === 'number' && { inputMode: 'numeric', pattern: '\\d{1,15}' })}
                onChange={(value) => change(name, value)}
              />
            );
          })}
        </div>
        <div className="buttons">
          <button type="submit" className="primary">
            {say('audit.search')}
          </button>
          <button type="button" onClick={() => apply({})}>
            {say('audit.clear')}
          </button>
        </div>
      </form>
    </search>
  );
}
