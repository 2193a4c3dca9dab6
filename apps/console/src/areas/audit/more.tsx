import { useTexts } from '../../kit/texts.js';

type Query = {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
  isFetchNextPageError: boolean;
};

/** Loads the next page of a list below it. */
export function More({ query }: { query: Query }) {
  const say = useTexts();
  if (!query.hasNextPage) return <p className="quiet small">{say('audit.end')}</p>;
  return (
    <div className="row">
      <button type="button" aria-busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {say('audit.more')}
      </button>
      {query.isFetchNextPageError && (
        <span role="alert" className="field-error">
          {say('kit.failed')}
        </span>
      )}
    </div>
  );
}
