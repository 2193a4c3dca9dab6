import { useAddress } from '../../kit/address.js';
import { SelectField, TextField } from '../../kit/fields.js';
import { useTexts } from '../../kit/texts.js';
import { useSubscriptions } from './queries.js';

/** A number in the address; undefined for other texts. */
export const numberIn = (text: string): number | undefined => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined);

/** A field for an id, kept in the address. */
export function IdFilter({ name, label }: { name: string; label: string }) {
  const say = useTexts();
  const [value, setValue] = useAddress(name);
  return <TextField label={say(label)} inputMode="numeric" pattern="[0-9]*" value={value} onChange={setValue} />;
}

/** The subscriptions that deliver something, kept in the address. Without `all` one is always chosen. */
export function SubscriptionFilter({ value, all, onChange }: Choice) {
  const say = useTexts();
  const names = (useSubscriptions().data?.results ?? [])
    .map(({ subscription }) => subscription)
    .filter((name) => ['kafka', 'mail'].includes(name) || name.startsWith('provider '));
  const known = value !== '' && !names.includes(value) ? [value, ...names] : names;
  return (
    <SelectField
      label={say('operations.subscription')}
      value={value}
      onChange={onChange}
      options={[
        ...(all ? [{ value: '', label: say('kit.all') }] : []),
        ...known.map((name) => ({ value: name, label: name })),
      ]}
    />
  );
}

type Choice = { value: string; all?: boolean; onChange: (value: string) => void };
