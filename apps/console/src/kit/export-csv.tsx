import { useMutation } from '@tanstack/react-query';
import { fetchApi } from '../api/client.js';
import { useNotice } from './notices.js';
import { saveFile } from './save-file.js';
import { Problem } from './states.js';
import { useTexts } from './texts.js';

type Props = { path: string; query?: Record<string, string | number | boolean | null | undefined> };

/** Saves all rows of a list as a file of CSV. `query` are the list's filters; its page does not matter. */
export function ExportCsv({ path, query = {} }: Props) {
  const say = useTexts();
  const notify = useNotice();
  const { mutate, isPending } = useMutation({
    mutationFn: () => saveCsv(path, query),
    onError: (error) => notify(<Problem error={error} />),
  });
  return (
    <button type="button" aria-busy={isPending} disabled={isPending} onClick={() => mutate()}>
      {say('kit.export_csv')}
    </button>
  );
}

async function saveCsv(path: string, query: NonNullable<Props['query']>) {
  const given = Object.entries(query).filter(([name, value]) => name !== 'page' && value != null && value !== '');
  const filters = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  const response = await fetchApi(`${path}?${filters}`, { headers: { Accept: 'text/csv' } });
  const name = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1] ?? 'export.csv';
  saveFile(await response.blob(), name);
}
