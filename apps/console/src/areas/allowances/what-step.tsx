import { useState } from 'react';
import type { Shape } from '../../api/client.js';
import { SelectField, Tick } from '../../kit/fields.js';
import { Loaded } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { Time } from '../../kit/times.js';
import { useCourseExams } from '../../shell/course-exams.js';
import { isAllowed, type Kind, kinds } from './kinds.js';
import type { What } from './parts.js';
import { Step } from './step.js';
import { ValueField } from './value-field.js';

type Props = { what: What; setWhat: (what: What) => void; back: () => void; next: () => void };

export function WhatStep({ what, setWhat, back, next }: Props) {
  const say = useTexts();
  const query = useCourseExams();
  const [wasTried, setTried] = useState(false);
  const { examIds, kind, value } = what;
  const isReady = examIds.length > 0 && isAllowed[kind](value);
  const change = (more: Partial<What>) => setWhat({ ...what, ...more });
  return (
    <Step name="what" number={2} back={back} next={() => (isReady ? next() : setTried(true))}>
      <Loaded
        query={query}
        isEmpty={(exams) => !exams.some(({ is_active }) => is_active)}
        empty={say('allowances.no_exams')}
      >
        {(exams) => (
          <ChooseExams
            exams={exams.filter(({ is_active }) => is_active)}
            chosen={examIds}
            onChoose={(chosen) => change({ examIds: chosen })}
            isMissing={wasTried && examIds.length === 0}
          />
        )}
      </Loaded>
      <div className="row">
        <SelectField
          label={say('allowances.kind')}
          value={kind}
          onChange={(chosen) => change({ kind: chosen as Kind, value: '' })}
          options={kinds.map((each) => ({ value: each, label: say(`allowances.kind.${each}`) }))}
        />
      </div>
      <ValueField kind={kind} value={value} onChange={(text) => change({ value: text })} showsNeed={wasTried} />
    </Step>
  );
}

type ExamsProps = {
  exams: readonly Shape<'CourseExam'>[];
  chosen: readonly number[];
  onChoose: (ids: readonly number[]) => void;
  isMissing: boolean;
};

function ChooseExams({ exams, chosen, onChoose, isMissing }: ExamsProps) {
  const say = useTexts();
  const toggle = (id: number, on: boolean) => onChoose(on ? [...chosen, id] : chosen.filter((each) => each !== id));
  return (
    <fieldset className="stack-tight">
      <legend>{say('allowances.exams')}</legend>
      {exams.length > 1 && (
        <Tick
          label={say('allowances.all_of_them')}
          checked={exams.every(({ id }) => chosen.includes(id))}
          onChange={(on) => onChoose(on ? exams.map(({ id }) => id) : [])}
        />
      )}
      <div className="allowances-exams">
        {exams.map(({ id, exam_name, time_limit_mins, due_date }) => (
          <Tick
            key={id}
            label={
              <span className="two-lines">
                {exam_name}
                <span className="quiet small">
                  {say('allowances.limit', { minutes: time_limit_mins })}
                  {due_date && (
                    <>
                      {' · '}
                      <Time at={due_date} />
                    </>
                  )}
                </span>
              </span>
            }
            checked={chosen.includes(id)}
            onChange={(on) => toggle(id, on)}
          />
        ))}
      </div>
      {isMissing && (
        <span className="field-error" role="alert">
          {say('allowances.need_exams')}
        </span>
      )}
    </fieldset>
  );
}
