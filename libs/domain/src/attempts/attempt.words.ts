/** Minutes in words (domain.md §4.5): "1 hour and 30 minutes"; "error" for an hour or more below zero. */
export const humanizedMinutes = (minutes: number): string => {
  const hours = Math.trunc(minutes / 60);
  const rest = ((minutes % 60) + 60) % 60;
  if (hours <= -1) return 'error';
  const count = (n: number, unit: string) => `${n} ${unit}${n === 1 ? '' : 's'}`;
  if (hours === 0) return count(rest, 'minute');
  return rest === 0 ? count(hours, 'hour') : `${count(hours, 'hour')} and ${count(rest, 'minute')}`;
};

/** Rounds to the nearest whole number. A half is rounded to the even neighbour, as in Python. */
export const roundHalfEven = (value: number): number => {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
};
