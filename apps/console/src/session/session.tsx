import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import { ApiError, api, type Shape, unwrap } from '../api/client.js';
import { Failed, Loading } from '../kit/states.js';
import { SignIn } from './sign-in.js';
import { followOtherTabs, replaceToken, tokenFromAddress } from './token.js';

export type Me = Shape<'CurrentUser'>;

const Session = createContext<{ me: Me; signOut: () => void } | undefined>(undefined);

/** The signed-in user. */
export const useMe = (): Me => useContext(Session)!.me;
export const useSignOut = () => useContext(Session)!.signOut;

const isRefused = (error: unknown) => error instanceof ApiError && [401, 403].includes(error.status);

tokenFromAddress();

/** Shows its children to a signed-in user. When the session ends, they stay, and a dialog asks to sign in again. */
export function SignedIn({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [last, setLast] = useState<Me>();
  const shown = useRef<number>(undefined);
  const [wasRefused, setWasRefused] = useState(false);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['me'],
    queryFn: () => unwrap(api.GET('/api/exams/v1/me')),
    refetchInterval: 60_000,
    staleTime: 0,
  });

  useEffect(() => followOtherTabs(() => void queries.resetQueries()), [queries]);
  const isIn = data !== undefined && error === null;
  const hasEnded = !isIn && (wasRefused || isRefused(error));
  useEffect(() => {
    if (data) setLast(data);
  }, [data]);
  useEffect(() => {
    if (isRefused(error)) setWasRefused(true);
    if (!isIn || !wasRefused) return;
    setWasRefused(false);
    // Requests that were refused in between are sent again.
    void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
  }, [queries, error, isIn, wasRefused]);
  // Any refusal may mean that the session has ended, so the service is asked.
  useEffect(() => {
    const ask = (failure: unknown) => void (isRefused(failure) && refetch());
    const ends = [
      queries.getQueryCache().subscribe(({ query }) => query.queryKey[0] !== 'me' && ask(query.state.error)),
      queries.getMutationCache().subscribe(({ mutation }) => ask(mutation?.state.error)),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [queries, refetch]);

  const signIn = async (token: string) => {
    replaceToken(token);
    const { data: me } = await refetch();
    if (me && me.user_id !== shown.current) queries.clear();
    return me !== undefined;
  };
  const signOut = () => {
    replaceToken(null);
    setLast(undefined);
    queries.clear();
    void refetch();
  };

  if (isPending && !hasEnded) return <Loading />;
  const me = hasEnded ? last : data;
  if (!me) return hasEnded ? <SignIn signIn={signIn} /> : <Failed error={error} retry={refetch} />;
  shown.current = me.user_id;
  return (
    <Session value={{ me, signOut }}>
      {children}
      {hasEnded && <SignIn signIn={signIn} hasEnded />}
    </Session>
  );
}
