import { useMutation } from '@tanstack/react-query';
import { fetchApi } from '../../api/client.js';
import { useNotice } from '../../kit/notices.js';
import { saveFile } from '../../kit/save-file.js';
import { Problem } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';

/** Saves a file of the service. Evidence waits until a signed checkpoint covers the attempt. */
export function Download({ path, file, id }: { path: string; file: string; id: string }) {
  const say = useTexts();
  const notify = useNotice();
  const { mutate, isPending } = useMutation({
    mutationFn: async () => {
      const answer = await fetchApi(path);
      if (answer.status === 202) return notify(say('audit.not_covered_yet'));
      saveFile(await answer.blob(), file);
    },
    onError: (error) => notify(<Problem error={error} />),
  });
  return (
    <button type="button" aria-busy={isPending} disabled={isPending} onClick={() => mutate()}>
      {say(id)}
    </button>
  );
}
