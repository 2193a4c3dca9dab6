import { type FormEvent, useState } from 'react';
import { Dialog } from '../kit/dialog.js';
import { TextField } from '../kit/fields.js';
import { useTexts } from '../kit/texts.js';

type Props = { signIn: (token: string) => Promise<boolean>; hasEnded?: boolean };

/** Asks for a token: as a page at first, as a dialog over the page when a session has ended. */
export function SignIn({ signIn, hasEnded = false }: Props) {
  const say = useTexts();
  const [token, setToken] = useState('');
  const [isRefused, setRefused] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setRefused(!(await signIn(token.trim())));
  };
  const form = (
    <form onSubmit={submit} className="stack">
      <p>{say(hasEnded ? 'session.ended' : 'session.how')}</p>
      <TextField
        label={say('session.token')}
        value={token}
        onChange={setToken}
        required
        autoComplete="off"
        spellCheck={false}
        error={isRefused && say('session.refused')}
        hint={say('session.hint')}
      />
      <div className="buttons">
        <button type="submit" className="primary">
          {say('session.sign_in')}
        </button>
        {hasEnded && (
          <button type="button" onClick={() => void signIn('').then((isIn) => setRefused(!isIn))}>
            {say('session.again')}
          </button>
        )}
      </div>
    </form>
  );
  if (hasEnded)
    return (
      <Dialog title={say('session.ended_title')} close={() => {}}>
        {form}
      </Dialog>
    );
  return (
    <main className="sign-in card">
      <h1>{say('session.title')}</h1>
      {form}
    </main>
  );
}
