import { type FormEvent, useState } from 'react';
import { FormattedMessage } from 'react-intl';
import { Dialog } from '../kit/dialog.js';
import { TextField } from '../kit/fields.js';

type Props = { signIn: (token: string) => Promise<boolean>; hasEnded?: boolean };

/** Asks for a token: as a page at first, as a dialog over the page when a session has ended. */
export function SignIn({ signIn, hasEnded = false }: Props) {
  const [token, setToken] = useState('');
  const [isRefused, setRefused] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setRefused(!(await signIn(token.trim())));
  };
  const form = (
    <form onSubmit={submit} className="stack">
      <p>
        <FormattedMessage id={hasEnded ? 'session.ended' : 'session.how'} />
      </p>
      <TextField
        label={<FormattedMessage id="session.token" />}
        value={token}
        onChange={setToken}
        required
        autoComplete="off"
        spellCheck={false}
        error={isRefused && <FormattedMessage id="session.refused" />}
        hint={<FormattedMessage id="session.hint" />}
      />
      <div className="buttons">
        <button type="submit" className="primary">
          <FormattedMessage id="session.sign_in" />
        </button>
        {hasEnded && (
          <button type="button" onClick={() => void signIn('').then((isIn) => setRefused(!isIn))}>
            <FormattedMessage id="session.again" />
          </button>
        )}
      </div>
    </form>
  );
  if (hasEnded)
    return (
      <Dialog title={<FormattedMessage id="session.ended_title" />} close={() => {}}>
        {form}
      </Dialog>
    );
  return (
    <main className="sign-in card">
      <h1>
        <FormattedMessage id="session.title" />
      </h1>
      {form}
    </main>
  );
}
