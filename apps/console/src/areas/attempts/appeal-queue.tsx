import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { api, type Shape, unwrap } from '../../api/client.js';
import { useAddress, usePage } from '../../kit/address.js';
import { type Column, DataTable, Pages } from '../../kit/data-table.js';
import { ExportCsv } from '../../kit/export-csv.js';
import { SelectField } from '../../kit/fields.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { StatusBadge } from '../../kit/status-badge.js';
import { useTexts } from '../../kit/texts.js';
import { Time, TimeAgo } from '../../kit/times.js';
import { courseApi, useCourse } from '../../shell/course.js';
import { AnswerDialog } from './answer-dialog.js';
import { AppealState } from './appeal-section.js';
import { useAddresses } from './queries.js';

type Appeal = Shape<'QueuedAppeal'>;

export function AppealQueue() {
  const say = useTexts();
  const courseId = useCourse();
  const { list } = useAddresses();
  const [state, setState] = useAddress('state');
  const [page, setPage] = usePage();
  const [answered, setAnswered] = useState<Appeal>();
  const asked = { state: (state || undefined) as 'open' | undefined, page };
  const query = useQuery({
    queryKey: ['attempts', 'appeals', courseId, asked],
    queryFn: () =>
      unwrap(api.GET('/api/exams/v1/courses/{courseId}/appeals', { params: { path: { courseId }, query: asked } })),
    placeholderData: keepPreviousData,
  });
  const states = ['', 'open', 'answered'].map((value) => ({ value, label: say(`attempts.appeals_${value || 'all'}`) }));
  return (
    <Page
      title={say('attempts.appeals')}
      actions={
        <>
          <Link href={list} className="button">
            {say('attempts.to_list')}
          </Link>
          <ExportCsv path={courseApi(courseId, 'appeals')} query={{ state }} />
        </>
      }
    >
      <search className="filters">
        <SelectField label={say('attempts.state')} value={state} onChange={setState} options={states} />
      </search>
      <Loaded query={query} isEmpty={({ results }) => results.length === 0} empty={say('attempts.no_appeals')}>
        {({ count, page: number, pages, results }) => (
          <>
            <p className="quiet" role="status">
              {say('attempts.appeal_count', { count })}
            </p>
            <Table appeals={results} onAnswer={setAnswered} />
            <Pages page={number} pages={pages} onPage={setPage} />
          </>
        )}
      </Loaded>
      {answered && <AnswerDialog attemptId={answered.attempt_id} close={() => setAnswered(undefined)} />}
    </Page>
  );
}

function Table({ appeals, onAnswer }: { appeals: readonly Appeal[]; onAnswer: (appeal: Appeal) => void }) {
  const say = useTexts();
  const { attempt } = useAddresses();
  const columns: Column<Appeal>[] = [
    {
      id: 'learner',
      header: 'attempts.learner',
      cell: ({ attempt_id, user }) => <Link href={attempt(attempt_id)}>{user.username}</Link>,
      isRowHeader: true,
    },
    { id: 'exam', header: 'attempts.exam', cell: ({ exam }) => exam.exam_name },
    { id: 'status', header: 'attempts.status', cell: ({ status }) => <StatusBadge status={status} /> },
    { id: 'made', header: 'attempts.made', cell: ({ made_at }) => <Time at={made_at} /> },
    { id: 'due', header: 'attempts.due', cell: (appeal) => <Due appeal={appeal} /> },
    {
      id: 'answer',
      header: 'attempts.answer',
      cell: (appeal) => <Answer appeal={appeal} answer={() => onAnswer(appeal)} />,
    },
  ];
  return (
    <DataTable
      label={say('attempts.appeals')}
      columns={columns}
      rows={appeals}
      keyOf={({ attempt_id }) => attempt_id}
    />
  );
}

function Due({ appeal: { answer, answer_by } }: { appeal: Appeal }) {
  if (answer) return <span className="quiet">–</span>;
  const isLate = Date.parse(answer_by) < Date.now();
  return (
    <span className={isLate ? 'attempts-late' : undefined}>
      <TimeAgo at={answer_by} />
    </span>
  );
}

function Answer({ appeal: { answer, can_answer, user }, answer: open }: { appeal: Appeal; answer: () => void }) {
  const say = useTexts();
  if (answer)
    return (
      <>
        <AppealState answer={answer} />
        <div className="quiet small">
          <Time at={answer.at} /> · {answer.answered_by}
        </div>
      </>
    );
  if (!can_answer) return <span className="quiet small">{say('attempts.another_person')}</span>;
  return (
    <button type="button" className="compact" aria-label={say('attempts.answer_of', user)} onClick={open}>
      {say('attempts.answer')}
    </button>
  );
}
