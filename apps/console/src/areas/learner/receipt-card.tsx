import { useQuery } from '@tanstack/react-query';
import { ApiError, fetchApi } from '../../api/client.js';
import { saveFile } from '../../kit/save-file.js';
import { Failed, Loading } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';

/** The signed receipt of the submission. Until the worker has signed it, the page asks again. */
export function ReceiptCard({ attemptId }: { attemptId: number }) {
  const say = useTexts();
  const query = useQuery({
    queryKey: ['own attempt', attemptId, 'receipt'],
    queryFn: async (): Promise<string | null> => {
      const answer = await fetchApi(`/api/exams/v1/me/attempts/${attemptId}/receipt`);
      return (await answer.json()).receipt ?? null;
    },
    refetchInterval: ({ state }) => (state.data === null ? 2_000 : false),
  });
  const { data: receipt, error, isPending, refetch } = query;
  // An exam that ended in another way than by a submission has no receipt.
  if (error instanceof ApiError && error.status === 404) return null;
  return (
    <section className="card stack" aria-labelledby="receipt">
      <h2 id="receipt">{say('learner.receipt')}</h2>
      {isPending && <Loading />}
      {error !== null && <Failed error={error} retry={refetch} />}
      {receipt === null && <p role="status">{say('learner.receipt_waits')}</p>}
      {receipt && (
        <>
          <p>{say('learner.receipt_what')}</p>
          <pre>{receipt}</pre>
          <div className="buttons">
            <button
              type="button"
              onClick={() => saveFile(new Blob([receipt], { type: 'text/plain' }), `receipt-${attemptId}.txt`)}
            >
              {say('learner.receipt_save')}
            </button>
          </div>
          <p className="quiet small">{say('learner.receipt_verify')}</p>
        </>
      )}
    </section>
  );
}
