import { type InputHTMLAttributes, type ReactNode, type TextareaHTMLAttributes, useId } from 'react';

type FieldProps = { label: ReactNode; hint?: ReactNode; error?: ReactNode };
type Ids = { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true };

/** A label, a control, a hint and an error, connected for screen readers. */
export function Field({ label, hint, error, children }: FieldProps & { children: (ids: Ids) => ReactNode }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        ...(described && { 'aria-describedby': described }),
        ...(error && { 'aria-invalid': true as const }),
      })}
      {hint && (
        <span className="field-hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {error && (
        <span className="field-error" id={`${id}-error`} role="alert">
          {error}
        </span>
      )}
    </div>
  );
}

type Value = { value: string; onChange: (value: string) => void };

export function TextField({
  label,
  hint,
  error,
  value,
  onChange,
  ...rest
}: FieldProps & Value & Omit<InputHTMLAttributes<HTMLInputElement>, keyof Value>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <input type="text" {...rest} {...ids} value={value} onChange={({ target }) => onChange(target.value)} />
      )}
    </Field>
  );
}

export function TextArea({
  label,
  hint,
  error,
  value,
  onChange,
  ...rest
}: FieldProps & Value & Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, keyof Value>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => <textarea {...rest} {...ids} value={value} onChange={({ target }) => onChange(target.value)} />}
    </Field>
  );
}

type Option = { value: string; label: ReactNode };

export function SelectField({
  label,
  hint,
  error,
  value,
  onChange,
  options,
}: FieldProps & Value & { options: readonly Option[] }) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <select {...ids} value={value} onChange={({ target }) => onChange(target.value)}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function Tick({
  label,
  checked,
  onChange,
}: {
  label: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  return (
    <label className="tick">
      <input type="checkbox" checked={checked} onChange={({ target }) => onChange(target.checked)} />
      {label}
    </label>
  );
}
