import { useState } from 'react';
import { FormattedMessage } from 'react-intl';
import { Confirm } from '../../kit/dialog.js';
import { nameOf } from '../../kit/learner-name.js';
import { Loaded } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { Time } from '../../kit/times.js';
import { useCourse } from '../../shell/course.js';
import { AllowanceWords } from './kinds.js';
import type { Entry } from './learner-entries.js';
import type { Pair, What } from './parts.js';
import { type Preview, usePreview } from './preview.js';
import { PreviewTable } from './preview-table.js';
import { Step } from './step.js';

type Props = { what: What; entries: readonly Entry[]; back: () => void; grant: (pairs: readonly Pair[]) => void };

/** The effect of the allowances, before anything is written. */
export function PreviewStep({ what, entries, back, grant }: Props) {
  const say = useTexts();
  const query = usePreview(useCourse(), what, entries);
  const [asks, setAsks] = useState(false);
  const count = query.data?.allowances.length ?? 0;
  const action = (
    <button type="submit" className="primary" disabled={count === 0}>
      {say('allowances.grant', { count })}
    </button>
  );
  return (
    <>
      <Step name="preview" number={3} back={back} next={() => setAsks(count > 0)} action={action}>
        <Loaded query={query}>{(preview) => <Content preview={preview} />}</Loaded>
      </Step>
      {asks && query.data && (
        <Confirm
          title={say('allowances.grant_title')}
          action={say('allowances.grant', { count })}
          confirm={() => grant(query.data.allowances.map(({ exam_id, asked }) => ({ examId: exam_id, asked })))}
          close={() => setAsks(false)}
        >
          <Consequence what={what} preview={query.data} />
        </Confirm>
      )}
    </>
  );
}

const learnersIn = ({ allowances }: Preview) => new Map(allowances.map(({ learner }) => [learner.id, learner]));

function Content({ preview }: { preview: Preview }) {
  const say = useTexts();
  const { exams, unknown, notEnrolled, allowances } = preview;
  return (
    <>
      {unknown.length > 0 && <Unknown entries={unknown} />}
      {notEnrolled.length > 0 && (
        <ul className="banner warn allowances-problems">
          {notEnrolled.map((learner) => (
            <li key={learner.id}>{say('allowances.not_enrolled', { learner: nameOf(learner) })}</li>
          ))}
        </ul>
      )}
      {allowances.length === 0 ? (
        <p role="status">{say('allowances.nothing_to_grant')}</p>
      ) : (
        <>
          <Summary preview={preview} />
          {exams
            .filter(({ due_date }) => due_date !== null)
            .map(({ exam_id, exam_name, due_date }) => (
              <p key={exam_id} className="quiet small">
                <FormattedMessage id="allowances.due" values={{ exam: exam_name, due: <Time at={due_date} /> }} />
              </p>
            ))}
          <PreviewTable allowances={allowances} />
        </>
      )}
    </>
  );
}

function Unknown({ entries }: { entries: readonly Entry[] }) {
  const say = useTexts();
  const list = (
    <ul className="allowances-problems">
      {entries.map(({ line, name }) => (
        <li key={name}>{say(line > 0 ? 'allowances.unknown_at' : 'allowances.unknown', { line, asked: name })}</li>
      ))}
    </ul>
  );
  return (
    <div className="banner warn">
      <strong>{say('allowances.unknown_count', { count: entries.length })}</strong>
      {'. '}
      {say('allowances.skipped')}
      {entries.length <= 10 ? (
        list
      ) : (
        <details>
          <summary>{say('allowances.show')}</summary>
          {list}
        </details>
      )}
    </div>
  );
}

const noted = ['attempt_keeps', 'carried_time', 'attempt_is_over'] as const;

function Summary({ preview }: { preview: Preview }) {
  const say = useTexts();
  const { exams, allowances } = preview;
  const replaced = allowances.filter(({ replaces }) => replaces !== null).length;
  const notes = [
    { id: 'allowances.summary.replaces', count: replaced },
    ...noted.map((each) => ({
      id: `allowances.summary.${each}`,
      count: allowances.filter(({ effect }) => effect === each).length,
    })),
  ].filter(({ count }) => count > 0);
  const values = { learners: learnersIn(preview).size, exams: exams.length, allowances: allowances.length };
  return (
    <div className="stack-tight" role="status">
      <strong>
        <FormattedMessage id="allowances.summary" values={values} />
      </strong>
      {notes.length > 0 && (
        <ul className="allowances-problems">
          {notes.map(({ id, count }) => (
            <li key={id}>{say(id, { count })}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Consequence({ what: { kind, value }, preview }: { what: What; preview: Preview }) {
  const say = useTexts();
  const people = [...learnersIn(preview).values()];
  const [first] = people;
  const replaced = preview.allowances.filter(({ replaces }) => replaces !== null).length;
  const values = { what: <AllowanceWords kind={kind} value={value} />, exams: preview.exams.length };
  return (
    <>
      <p>
        {people.length === 1 && first ? (
          <FormattedMessage id="allowances.grant_one" values={{ ...values, learner: nameOf(first) }} />
        ) : (
          <FormattedMessage id="allowances.grant_many" values={{ ...values, learners: people.length }} />
        )}
      </p>
      <p>{say('allowances.grant_replaces', { count: replaced })}</p>
    </>
  );
}
