/** A JSON value in a message, as the reference prints it: None, True, False, or the value itself. */
export const printed = (value: unknown): string => {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
