import { useSearchParams } from 'wouter';

/** A value of the address's query, so that a link shows the same and the back button works. '' means absent. */
export function useAddress(name: string): [string, (value: string) => void] {
  const [parameters, setParameters] = useSearchParams();
  const set = (value: string) =>
    setParameters(
      () => {
        // The rendered parameters lack another change of the same tick.
        const all = new URLSearchParams(location.search);
        if (value) all.set(name, value);
        else all.delete(name);
        if (name !== 'page') all.delete('page');
        return all;
      },
      { replace: name !== 'page' },
    );
  return [parameters.get(name) ?? '', set];
}

/** The number of the page in the address. Pages begin at 1. */
export function usePage(): [number, (page: number) => void] {
  const [page, setPage] = useAddress('page');
  return [Number(page) || 1, (next) => setPage(String(next))];
}
