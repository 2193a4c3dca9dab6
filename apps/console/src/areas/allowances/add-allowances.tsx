import { useState } from 'react';
import { Link } from 'wouter';
import { Page } from '../../kit/page.js';
import { useTexts } from '../../kit/texts.js';
import { courseAddress, useCourse } from '../../shell/course.js';
import { GrantResult } from './grant-result.js';
import type { Entry } from './learner-entries.js';
import { LearnersStep } from './learners-step.js';
import type { Named, Pair, What } from './parts.js';
import { PreviewStep } from './preview-step.js';
import { WhatStep } from './what-step.js';

const nobody: Named = { how: 'list', list: '', file: undefined, ticked: new Map() };
const nothing: What = { examIds: [], kind: 'additional_time_granted', value: '' };
const steps = ['learners', 'what', 'preview'] as const;

/** Adds allowances for many learners in three steps. A step that the user goes back to is as it was. */
export function AddAllowances() {
  const courseId = useCourse();
  const say = useTexts();
  const [step, setStep] = useState(0);
  const [named, setNamed] = useState(nobody);
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  const [what, setWhat] = useState(nothing);
  const [pairs, setPairs] = useState<readonly Pair[]>();
  const back = () => setStep(step - 1);
  const restart = () => {
    setNamed(nobody);
    setPairs(undefined);
    setStep(0);
  };
  return (
    <Page
      title={say('allowances.add')}
      actions={
        !pairs && (
          <Link href={courseAddress(courseId, 'allowances')} className="button">
            {say('allowances.to_list')}
          </Link>
        )
      }
    >
      {pairs ? (
        <GrantResult what={what} pairs={pairs} again={setPairs} restart={restart} />
      ) : (
        <>
          <Steps current={step} />
          {step === 0 && (
            <LearnersStep
              named={named}
              setNamed={setNamed}
              next={(chosen) => {
                setEntries(chosen);
                setStep(1);
              }}
            />
          )}
          {step === 1 && <WhatStep what={what} setWhat={setWhat} back={back} next={() => setStep(2)} />}
          {step === 2 && <PreviewStep what={what} entries={entries} back={back} grant={setPairs} />}
        </>
      )}
    </Page>
  );
}

function Steps({ current }: { current: number }) {
  const say = useTexts();
  return (
    <ol className="allowances-steps" aria-label={say('allowances.steps')}>
      {steps.map((step, index) => (
        <li key={step} aria-current={index === current ? 'step' : undefined} className={index < current ? 'done' : ''}>
          {say(`allowances.step.${step}`)}
        </li>
      ))}
    </ol>
  );
}
