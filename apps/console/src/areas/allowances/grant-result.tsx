import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { ApiError, api, unwrap } from '../../api/client.js';
import { DataTable } from '../../kit/data-table.js';
import { useTexts } from '../../kit/texts.js';
import { courseAddress, useCourse } from '../../shell/course.js';
import { useCourseExams } from '../../shell/course-exams.js';
import type { Pair, What } from './parts.js';
import { inParts } from './preview.js';
import { useRefusal } from './refusal.js';

/** A request with this many is answered within a second or two, so that the progress moves. */
const atOnce = 50;

type Failure = Pair & { problem: string };
type Progress = { granted: number; failures: readonly Failure[]; isOver: boolean; tried: number };
const nothingYet: Progress = { granted: 0, failures: [], isOver: false, tried: 0 };

/** Requests of at most `atOnce` learners, each at one exam. */
const requestsFor = (pairs: readonly Pair[]) =>
  [...new Set(pairs.map(({ examId }) => examId))].flatMap((examId) =>
    inParts(
      pairs.filter((pair) => pair.examId === examId),
      atOnce,
    ),
  );

type Props = {
  what: What;
  pairs: readonly Pair[];
  again: (pairs: readonly Pair[]) => void;
  restart: () => void;
};

/** Grants the allowances part by part, then says of each that failed why it did. */
export function GrantResult({ what, pairs, again, restart }: Props) {
  const say = useTexts();
  const { progress, stop } = useGrants(what, pairs);
  const { granted, failures, isOver, tried } = progress;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (isOver) heading.current?.focus();
  }, [isOver]);
  if (!isOver)
    return (
      <div className="card stack">
        <p role="status">{say('allowances.granting', { done: tried, all: pairs.length })}</p>
        <progress max={pairs.length} value={tried} aria-hidden="true" />
        <div className="buttons">
          <button type="button" onClick={stop}>
            {say('allowances.stop')}
          </button>
        </div>
      </div>
    );
  const left = pairs.length - tried;
  return (
    <div className="stack">
      <h2 ref={heading} tabIndex={-1} className="banner good">
        {say('allowances.done', { count: granted })}
      </h2>
      {left > 0 && <p className="banner warn">{say('allowances.stopped', { count: left })}</p>}
      {failures.length > 0 && <Failures failures={failures} again={() => again([...failures])} />}
      <Ways restart={restart} />
    </div>
  );
}

function Ways({ restart }: Pick<Props, 'restart'>) {
  const say = useTexts();
  const courseId = useCourse();
  return (
    <div className="buttons">
      <Link href={courseAddress(courseId, 'allowances')} className="button primary">
        {say('allowances.to_list')}
      </Link>
      <button type="button" onClick={restart}>
        {say('allowances.more')}
      </button>
    </div>
  );
}

function Failures({ failures, again }: { failures: readonly Failure[]; again: () => void }) {
  const say = useTexts();
  const { data: exams = [] } = useCourseExams();
  const refusal = useRefusal();
  return (
    <>
      <p className="banner bad" role="alert">
        {say('allowances.failed', { count: failures.length })}
      </p>
      <DataTable
        label={say('allowances.failed', { count: failures.length })}
        rows={failures}
        keyOf={({ examId, asked }) => `${examId} ${asked}`}
        columns={[
          { id: 'learner', header: 'allowances.learner', cell: ({ asked }) => asked, isRowHeader: true },
          {
            id: 'exam',
            header: 'allowances.exam',
            cell: ({ examId }) => exams.find(({ id }) => id === examId)?.exam_name ?? examId,
          },
          { id: 'problem', header: 'allowances.problem', cell: ({ problem }) => refusal(problem) },
        ]}
      />
      <div className="buttons">
        <button type="button" onClick={again}>
          {say('allowances.again')}
        </button>
      </div>
    </>
  );
}

function useGrants({ kind, value }: What, pairs: readonly Pair[]) {
  const courseId = useCourse();
  const queries = useQueryClient();
  const [progress, setProgress] = useState(nothingYet);
  const stopped = useRef(false);
  const begun = useRef<readonly Pair[]>(undefined);
  useEffect(() => {
    // Each list of pairs is granted once, also when React runs an effect twice.
    if (begun.current === pairs) return;
    begun.current = pairs;
    stopped.current = false;
    const run = async () => {
      let now = nothingYet;
      setProgress(now);
      for (const part of requestsFor(pairs)) {
        if (stopped.current) break;
        const failures = await grant(courseId, kind, value, part);
        now = {
          ...now,
          granted: now.granted + part.length - failures.length,
          failures: [...now.failures, ...failures],
          tried: now.tried + part.length,
        };
        setProgress(now);
      }
      setProgress({ ...now, isOver: true });
      await queries.invalidateQueries({ queryKey: ['allowances'] });
    };
    void run();
  }, [courseId, kind, value, pairs, queries]);
  return {
    progress,
    stop: () => {
      stopped.current = true;
    },
  };
}

/** Grants allowances at one exam. The answers are the failures; after no answer at all, each is one. */
async function grant(courseId: string, kind: What['kind'], value: string, part: readonly Pair[]): Promise<Failure[]> {
  const examId = part[0]!.examId;
  const body = { exam_ids: [examId], learners: part.map(({ asked }) => asked), allowance_type: kind, value };
  try {
    const { results } = await unwrap(
      api.POST('/api/exams/v1/courses/{courseId}/allowances', { params: { path: { courseId } }, body }),
    );
    return results.flatMap(({ learner_index: index, problem }) =>
      problem === null ? [] : { ...part[index]!, problem },
    );
  } catch (error) {
    const problem = error instanceof ApiError && error.status > 0 && error.status < 500 ? error.detail : 'unreachable';
    return part.map((pair) => ({ ...pair, problem }));
  }
}
