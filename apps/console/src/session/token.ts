/**
 * The token that a link brought (`#token=…`) or that the user pasted. It lives as long as the tab. A new tab asks the other
 * tabs for theirs. Without a token the platform's cookies count. /exams pages use the same name.
 */
const name = 'token';

export const currentToken = (): string | null => sessionStorage.getItem(name);

type Message = { asks: true } | { token: string } | { ended: true };
const tabs = new BroadcastChannel('session');

/** Takes the token out of the address, so that it is neither bookmarked nor sent on. */
export function tokenFromAddress() {
  const token = /^#token=([\w.-]+)$/.exec(location.hash)?.[1];
  if (!token) return;
  sessionStorage.setItem(name, token);
  history.replaceState(null, '', location.pathname + location.search);
}

/** Uses this token; null: the cookies only. Other tabs follow. */
export function replaceToken(token: string | null) {
  if (token) sessionStorage.setItem(name, token);
  else sessionStorage.removeItem(name);
  tabs.postMessage(token ? { token } : { ended: true });
}

/** Calls `changed` when another tab signs in or out. Answers the questions of new tabs. */
export function followOtherTabs(changed: () => void): () => void {
  const listen = ({ data }: MessageEvent<Message>) => {
    const own = currentToken();
    if ('asks' in data) {
      if (own) tabs.postMessage({ token: own });
      return;
    }
    const theirs = 'token' in data ? data.token : null;
    if (theirs === own) return;
    // A tab with another user's token keeps it: only a sign-out or a first token is for every tab.
    if (theirs && own) return;
    if (theirs) sessionStorage.setItem(name, theirs);
    else sessionStorage.removeItem(name);
    changed();
  };
  tabs.addEventListener('message', listen);
  if (!currentToken()) tabs.postMessage({ asks: true });
  return () => tabs.removeEventListener('message', listen);
}
