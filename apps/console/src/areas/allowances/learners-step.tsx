import { useState } from 'react';
import { TextArea } from '../../kit/fields.js';
import { useTexts } from '../../kit/texts.js';
import { FileOfLearners } from './file-of-learners.js';
import { type Entries, type Entry, entriesIn } from './learner-entries.js';
import type { Named } from './parts.js';
import { SearchLearners } from './search-learners.js';
import { Step } from './step.js';

const mostLearners = 10_000;
const ways = ['list', 'file', 'search'] as const;

const entriesOf = ({ how, list, file, ticked }: Named): Entries =>
  how === 'search'
    ? { entries: [...ticked.keys()].map((name) => ({ name, line: 0 })), repeated: 0, tooLong: [] }
    : entriesIn(how === 'list' ? list : (file?.text ?? ''));

type Props = { named: Named; setNamed: (named: Named) => void; next: (entries: readonly Entry[]) => void };

export function LearnersStep({ named, setNamed, next }: Props) {
  const say = useTexts();
  const [wasTried, setTried] = useState(false);
  const found = entriesOf(named);
  const count = found.entries.length;
  const isReady = count > 0 && count <= mostLearners && found.tooLong.length === 0;
  const goOn = () => (isReady ? next(found.entries) : setTried(true));
  const change = (more: Partial<Named>) => setNamed({ ...named, ...more });
  return (
    <Step name="learners" number={1} next={goOn}>
      <fieldset className="row">
        <legend>{say('allowances.how')}</legend>
        {ways.map((way) => (
          <label key={way} className="tick">
            <input type="radio" name="how" checked={named.how === way} onChange={() => change({ how: way })} />
            {say(`allowances.how.${way}`)}
          </label>
        ))}
      </fieldset>
      {named.how === 'list' && (
        <TextArea
          label={say('allowances.list')}
          hint={say('allowances.list_hint')}
          value={named.list}
          onChange={(list) => change({ list })}
          rows={8}
          spellCheck={false}
          autoCapitalize="none"
        />
      )}
      {named.how === 'file' && <FileOfLearners file={named.file} count={count} onFile={(file) => change({ file })} />}
      {named.how === 'search' && <SearchLearners ticked={named.ticked} onTick={(ticked) => change({ ticked })} />}
      <Chosen found={found} />
      <Problems found={found} isMissing={wasTried && count === 0} />
    </Step>
  );
}

function Chosen({ found: { entries, repeated } }: { found: Entries }) {
  const say = useTexts();
  return (
    <p role="status" className="quiet">
      {say('allowances.chosen', { count: entries.length })}
      {'. '}
      {repeated > 0 && say('allowances.repeated', { count: repeated })}
    </p>
  );
}

function Problems({ found: { entries, tooLong }, isMissing }: { found: Entries; isMissing: boolean }) {
  const say = useTexts();
  const problems = [
    isMissing && say('allowances.need_learners'),
    entries.length > mostLearners && say('allowances.too_many_learners', { most: mostLearners, count: entries.length }),
    ...tooLong.slice(0, 10).map((line) => say('allowances.too_long', { line })),
  ].filter((problem) => problem !== false);
  if (problems.length === 0) return null;
  return (
    <ul className="banner bad allowances-problems" role="alert">
      {problems.map((problem) => (
        <li key={problem}>{problem}</li>
      ))}
    </ul>
  );
}
