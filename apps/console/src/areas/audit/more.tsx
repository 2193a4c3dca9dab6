import { FormattedMessage } from 'react-intl';

type Query = {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
  isFetchNextPageError: boolean;
};

/** Loads the next page of a list below it. */
export function More({ query }: { query: Query }) {
  if (!query.hasNextPage)
    return (
      <p className="quiet small">
        <FormattedMessage id="audit.end" />
      </p>
    );
  return (
    <div className="row">
      <button type="button" aria-busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        <FormattedMessage id="audit.more" />
      </button>
      {query.isFetchNextPageError && (
        <span role="alert" className="field-error">
          <FormattedMessage id="kit.failed" />
        </span>
      )}
    </div>
  );
}
