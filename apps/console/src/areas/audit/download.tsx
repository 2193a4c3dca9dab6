import { useMutation } from '@tanstack/react-query';
import { FormattedMessage } from 'react-intl';
import { fetchApi } from '../../api/client.js';
import { useNotice } from '../../kit/notices.js';
import { Problem } from '../../kit/states.js';

/** Saves a file of the service. A plain link could not send the token. */
export function Download({ path, file, id, accept }: { path: string; file: string; id: string; accept?: string }) {
  const notify = useNotice();
  const { mutate, isPending } = useMutation({
    mutationFn: async () => {
      const answer = await fetchApi(path, accept ? { headers: { Accept: accept } } : {});
      if (answer.status === 202) return notify(<FormattedMessage id="audit.not_covered_yet" />);
      save(await answer.blob(), file);
    },
    onError: (error) => notify(<Problem error={error} />),
  });
  return (
    <button type="button" aria-busy={isPending} disabled={isPending} onClick={() => mutate()}>
      <FormattedMessage id={id} />
    </button>
  );
}

function save(content: Blob, file: string) {
  const url = URL.createObjectURL(content);
  Object.assign(document.createElement('a'), { href: url, download: file }).click();
  // The browser reads the file after the click.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
