declare const document: { cookie: string };
declare const history: { replaceState(state: null, title: string, url: string): void };
declare const location: { hash: string; pathname: string; search: string };
declare const sessionStorage: { getItem(name: string): string | null; setItem(name: string, value: string): void };

type Worker = Pick<typeof import('#exam-worker'), 'credentials' | 'logInWith'>;

export class Refused extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${status}`);
  }
}

/** The name under which the console, too, keeps the token of a tab. */
const tokenName = 'token';

/** Reads of the page. Writes are those of the exam worker, which repeats them. */
export class OwnRequests {
  constructor(
    private readonly worker: Worker,
    private readonly language: string,
  ) {}

  /** Takes the token out of the address (`#token=…`), or the one of this tab. Without a token the platform's cookies count. */
  async logIn(): Promise<void> {
    const [, given] = /^#token=([\w.-]+)$/.exec(location.hash) ?? [];
    if (given) {
      sessionStorage.setItem(tokenName, given);
      history.replaceState(null, '', location.pathname + location.search);
    }
    const token = sessionStorage.getItem(tokenName);
    if (token) this.worker.logInWith(token);
    else if (!/(^|; )csrftoken=/.test(document.cookie)) await fetch('/csrf/api/v1/token');
  }

  /** @throws Refused, or the error of a lost connection */
  async get(path: string): Promise<any> {
    const answer = await fetch(path, {
      headers: { ...this.worker.credentials(), 'Accept-Language': this.language },
      signal: AbortSignal.timeout(15_000),
    });
    if (!answer.ok) throw new Refused(answer.status);
    return answer.json();
  }
}
