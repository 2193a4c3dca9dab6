import type { ReactNode } from 'react';
import { ApiError } from '../api/client.js';
import { useTexts } from './texts.js';

export function Loading() {
  const say = useTexts();
  return (
    <div className="state" role="status">
      <div className="spinner" />
      {say('kit.loading')}
    </div>
  );
}

export function Empty({ children }: { children?: ReactNode }) {
  const say = useTexts();
  return <div className="state">{children ?? say('kit.empty')}</div>;
}

/** A failure, in the service's words if it has some. */
export function Failed({ error, retry }: { error: unknown; retry?: () => unknown }) {
  const say = useTexts();
  return (
    <div className="state" role="alert">
      <strong>{say('kit.failed')}</strong>
      <p>
        <Problem error={error} />
      </p>
      {retry && (
        <button type="button" onClick={() => void retry()}>
          {say('kit.retry')}
        </button>
      )}
    </div>
  );
}

/** Refusals of people without a right. They are in English, and say no more than the text that replaces them. */
const isGeneral =
  /^(Must be a Staff User to|could not determine the course_id|Authentication credentials were not|user_id=\d+ )/;

/** An error as a sentence. */
export function Problem({ error }: { error: unknown }) {
  const say = useTexts();
  if (!(error instanceof ApiError)) return say('kit.bug');
  if (error.status === 0) return say('kit.unreachable');
  if (error.status === 403 && isGeneral.test(error.detail)) return say('kit.forbidden');
  return error.detail;
}

/** An error above the buttons of a form. */
export function ProblemBanner({ error }: { error: unknown }) {
  if (error == null) return null;
  return (
    <p className="banner bad" role="alert">
      <Problem error={error} />
    </p>
  );
}

type Query<Data> = { data: Data | undefined; error: unknown; isPending: boolean; refetch: () => unknown };

/** The states of a query: loading, failed, or its data. `isEmpty` may decide that there is nothing to show. */
export function Loaded<Data>({
  query,
  isEmpty,
  empty,
  children,
}: {
  query: Query<Data>;
  isEmpty?: (data: Data) => boolean;
  empty?: ReactNode;
  children: (data: Data) => ReactNode;
}) {
  const say = useTexts();
  const { data, error, isPending, refetch } = query;
  if (isPending) return <Loading />;
  if (data === undefined) return <Failed error={error} retry={refetch} />;
  if (isEmpty?.(data)) return <Empty>{empty}</Empty>;
  return (
    <>
      {error !== null && (
        <p className="banner warn" role="status">
          {say('kit.stale')}
        </p>
      )}
      {children(data)}
    </>
  );
}
