import { type ComponentProps, useEffect, useState } from 'react';
import { TextField } from './fields.js';

const restMs = 250;

/** A field whose search begins when the typing rests. */
export function SearchField({ value, onChange, ...rest }: Omit<ComponentProps<typeof TextField>, 'type'>) {
  const [typed, setTyped] = useState(value);
  const [searched, setSearched] = useState(value);
  // The back button changes the search, too.
  if (value !== searched) {
    setSearched(value);
    setTyped(value);
  }
  useEffect(() => {
    if (typed === searched) return;
    const timer = setTimeout(() => {
      setSearched(typed);
      onChange(typed);
    }, restMs);
    return () => clearTimeout(timer);
  });
  return <TextField type="search" {...rest} value={typed} onChange={setTyped} />;
}
