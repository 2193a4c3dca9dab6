/**
 * Leaves out what is not needed for `fails` to stay true: first halves, then ever smaller pieces. The last item stays.
 * Ends after `seconds` with what it has.
 */
export async function shrink<T>(items: T[], fails: (items: T[]) => Promise<boolean>, seconds = 60): Promise<T[]> {
  const deadline = Date.now() + seconds * 1000;
  let kept = items;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let end = kept.length - 1; end > 0 && Date.now() < deadline; end -= size) {
      const candidate = [...kept.slice(0, Math.max(0, end - size)), ...kept.slice(end)];
      if (await fails(candidate)) kept = candidate;
    }
  }
  return kept;
}
