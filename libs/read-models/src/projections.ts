import { cachedFold, type InlineProjection } from '#event-store';
import { allowanceProjection } from './allowances/allowance.view.js';
import { attemptProjection } from './attempts/attempt.view.js';
import { attemptGroupProjection } from './attempts/attempt-group.view.js';
import { controlResultProjection } from './controls/control-result.view.js';
import { courseConfigurationProjection } from './exams/course-configuration.view.js';
import { examProjection } from './exams/exam.view.js';
import { examGenerationProjection } from './exams/exam-generation.view.js';
import { foldRows, type Projection, type Row, type RowId, writesOf } from './projection.js';
import { reviewTimesProjection } from './reviews/review-times.view.js';

export const projections: readonly Projection[] = [
  examProjection,
  examGenerationProjection,
  courseConfigurationProjection,
  attemptProjection,
  attemptGroupProjection,
  allowanceProjection,
  reviewTimesProjection,
  controlResultProjection,
];

/** The rows of all read models after an append. Its transaction writes them, so a client reads its own write. */
export const projectInline: InlineProjection = (_stream, history, appended) =>
  projections.flatMap((projection) => {
    const before = cachedFold<ReadonlyMap<RowId, Row | null>>(
      history,
      projection,
      new Map(),
      (rows, events) => new Map([...rows, ...foldRows(projection, events, rows)]),
    );
    const rows = foldRows(projection, appended, before);
    return writesOf(projection, rows);
  });
