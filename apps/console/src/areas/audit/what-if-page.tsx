import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { fetchApi } from '../../api/client.js';
import { type Column, DataTable } from '../../kit/data-table.js';
import { SelectField, TextField, Tick } from '../../kit/fields.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { Download } from './download.js';
import { FieldName, Value } from './event-parts.js';

type Outcome = {
  cursor: string;
  exam_id: number;
  user_id: number;
  attempt_id: number;
  differences: { field: string; before: unknown; after: unknown }[];
};

const reviewStatuses = ['Clean', 'Rules Violation', 'Suspicious', 'Not Reviewed'];
const shownAtOnce = 500;

function addressOf(asked: URLSearchParams): string {
  const rules = new URLSearchParams(asked);
  rules.delete('course_id');
  return `/api/audit/v1/courses/${encodeURIComponent(asked.get('course_id') ?? '')}/what-if?${rules}`;
}

/** Lists the learners whose outcome would be different under another policy. The service writes nothing. */
export function WhatIfPage() {
  const say = useTexts();
  const [asked, setAsked] = useSearchParams();
  const hasAsked = asked.has('course_id');
  const query = useQuery({
    queryKey: ['what if', String(asked)],
    enabled: hasAsked,
    queryFn: async ({ signal }) => {
      const text = await (await fetchApi(addressOf(asked), { signal })).text();
      return text
        .split('\n')
        .filter(Boolean)
        .map((line): Outcome => JSON.parse(line));
    },
  });
  const title = say('audit.page.what-if');
  return (
    <Page
      title={title}
      actions={
        // An empty list of results that pass is a rule, too, so the filters of ExportCsv do not fit.
        hasAsked && <Download path={`${addressOf(asked)}&format=csv`} file="what-if.csv" id="kit.export_csv" />
      }
    >
      <p>{say('audit.what_if')}</p>
      <Policy key={String(asked)} asked={asked} ask={setAsked} />
      {hasAsked && (
        <Loaded query={query} isEmpty={(outcomes) => outcomes.length === 0} empty={say('audit.no_other_outcome')}>
          {(outcomes) => (
            <>
              <p role="status">
                {say('audit.other_outcomes', { count: outcomes.length, shown: Math.min(outcomes.length, shownAtOnce) })}
              </p>
              <DataTable
                label={title}
                columns={columns}
                rows={outcomes.slice(0, shownAtOnce)}
                keyOf={({ cursor }) => cursor}
              />
            </>
          )}
        </Loaded>
      )}
    </Page>
  );
}

const columns: Column<Outcome>[] = [
  {
    id: 'attempt',
    header: 'audit.filter.attempt_id',
    cell: ({ attempt_id }) => <Link href={`/audit/attempts/${attempt_id}`}>{attempt_id}</Link>,
    isRowHeader: true,
  },
  { id: 'learner', header: 'audit.filter.user_id', cell: ({ user_id }) => user_id },
  { id: 'exam', header: 'audit.filter.exam_id', cell: ({ exam_id }) => exam_id },
  {
    id: 'differences',
    header: 'audit.differences',
    cell: ({ differences }) => (
      <ul className="plain-list">
        {differences.map(({ field, before, after }) => (
          <li key={field}>
            <FieldName name={field} />:{' '}
            <del>
              <Value value={before} />
            </del>{' '}
            →{' '}
            <ins>
              <Value value={after} />
            </ins>
          </li>
        ))}
      </ul>
    ),
  },
];

type PolicyProps = { asked: URLSearchParams; ask: (asked: URLSearchParams) => void };

function Policy({ asked, ask }: PolicyProps) {
  const say = useTexts();
  const [course, setCourse] = useState(asked.get('course_id') ?? '');
  const [secondReview, setSecondReview] = useState(asked.get('second_review') ?? '');
  const [timedOut, setTimedOut] = useState(asked.get('timed_out') ?? '');
  const [minutes, setMinutes] = useState(asked.get('limit_minutes') ?? '');
  const [passing, setPassing] = useState(asked.has('passing') ? asked.get('passing')!.split(',') : undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const rules = { second_review: secondReview, limit_minutes: minutes.trim(), timed_out: timedOut };
    ask(
      new URLSearchParams([
        ['course_id', course.trim()],
        ...Object.entries(rules).filter(([, value]) => value !== ''),
        ...(passing ? [['passing', passing.join(',')]] : []),
      ] as [string, string][]),
    );
  };
  const choice = (...values: string[]) =>
    ['', ...values].map((value) => ({
      value,
      label: say(value === '' ? 'audit.as_applied' : value === 'true' ? 'kit.yes' : 'kit.no'),
    }));
  const change = (status: string, isOn: boolean) =>
    setPassing((before = []) => (isOn ? [...before, status] : before.filter((each) => each !== status)));
  return (
    <form className="card stack" onSubmit={submit}>
      <div className="filters">
        <TextField
          label={say('audit.filter.course_id')}
          value={course}
          onChange={setCourse}
          required
          placeholder="course-v1:Org+Course+Run"
        />
        <SelectField
          label={say('audit.rule.second_review')}
          value={secondReview}
          onChange={setSecondReview}
          options={choice('true', 'false')}
        />
        <TextField
          label={say('audit.rule.limit_minutes')}
          value={minutes}
          onChange={setMinutes}
          inputMode="numeric"
          pattern="\d{1,9}"
          placeholder={say('audit.as_applied')}
        />
        <SelectField
          label={say('audit.rule.timed_out')}
          value={timedOut}
          onChange={setTimedOut}
          options={choice('true', 'false')}
        />
      </div>
      <fieldset>
        <legend>{say('audit.rule.passing')}</legend>
        <div className="row">
          <Tick
            label={say('audit.rule.other_passing')}
            checked={passing !== undefined}
            onChange={(isOn) => setPassing(isOn ? [] : undefined)}
          />
          {passing &&
            reviewStatuses.map((status) => (
              <Tick
                key={status}
                label={status}
                checked={passing.includes(status)}
                onChange={(isOn) => change(status, isOn)}
              />
            ))}
        </div>
      </fieldset>
      <div className="buttons">
        <button type="submit" className="primary">
          {say('audit.compare')}
        </button>
      </div>
    </form>
  );
}
