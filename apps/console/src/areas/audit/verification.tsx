import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { canHash, givenKey, type Verification as Result, verifyChain } from '#log-proofs';
import { api, unwrap } from '../../api/client.js';
import { TextField } from '../../kit/fields.js';
import { ProblemBanner } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { VerificationResult } from './verification-result.js';

type Verified = { result: Result; given: string | undefined };

async function verify(attemptId: number, given: string | undefined): Promise<Verified> {
  const path = { attemptId };
  const [chain, state] = await Promise.all([
    unwrap(api.GET('/api/audit/v1/attempts/{attemptId}/chain', { params: { path } })),
    unwrap(api.GET('/api/audit/v1/log/state')),
  ]);
  return { result: await verifyChain(chain.events, { ...state, given }), given };
}

/** Verifies the events in the browser itself. The auditor may bring a key of the log or of a witness. */
export function Verification({ attemptId }: { attemptId: number }) {
  const say = useTexts();
  const [key, setKey] = useState('');
  const [isWrong, setWrong] = useState(false);
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: (given: string | undefined) => verify(attemptId, given),
  });
  return (
    <section className="stack" aria-labelledby="audit-verification">
      <h2 id="audit-verification">{say('audit.verification')}</h2>
      {canHash() ? (
        <form
          className="card stack"
          onSubmit={(event) => {
            event.preventDefault();
            const given = key.trim() || undefined;
            const isUsable = given === undefined || givenKey(given) !== undefined;
            setWrong(!isUsable);
            if (isUsable) mutate(given);
          }}
        >
          <p>{say('audit.verification_what')}</p>
          <TextField
            label={say('audit.given_key')}
            hint={say('audit.given_key_hint')}
            error={isWrong && say('audit.given_key_wrong')}
            value={key}
            onChange={setKey}
            autoComplete="off"
            spellCheck={false}
          />
          <div className="buttons">
            <button type="submit" className="primary" aria-busy={isPending} disabled={isPending}>
              {say('audit.verify')}
            </button>
          </div>
        </form>
      ) : (
        <p className="banner warn">{say('audit.no_web_crypto')}</p>
      )}
      <div aria-live="polite" className="stack">
        <ProblemBanner error={error} />
        {data && <VerificationResult result={data.result} isOwnKey={data.given !== undefined} />}
      </div>
    </section>
  );
}
