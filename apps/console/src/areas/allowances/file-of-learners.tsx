import { useState } from 'react';
import { Field } from '../../kit/fields.js';
import { useTexts } from '../../kit/texts.js';
import { entriesIn } from './learner-entries.js';
import type { Named } from './parts.js';

type Props = { file: Named['file']; count: number; onFile: (file: Named['file']) => void };

/** `count` learners are named in the file. */
export function FileOfLearners({ file, count, onFile }: Props) {
  const say = useTexts();
  const [problem, setProblem] = useState<string>();
  const read = async (chosen: File | undefined) => {
    if (!chosen) return;
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(await chosen.arrayBuffer());
      setProblem(entriesIn(text).entries.length === 0 ? 'allowances.file_empty' : undefined);
      onFile({ name: chosen.name, text });
    } catch {
      setProblem('allowances.file_unreadable');
      onFile(undefined);
    }
  };
  return (
    <>
      <Field label={say('allowances.file')} hint={say('allowances.file_hint')} error={problem && say(problem)}>
        {(ids) => (
          <input
            type="file"
            accept=".csv,.txt,text/csv,text/plain"
            {...ids}
            onChange={({ target }) => void read(target.files?.[0])}
          />
        )}
      </Field>
      {file && !problem && <p className="banner good">{say('allowances.file_read', { name: file.name, count })}</p>}
    </>
  );
}
