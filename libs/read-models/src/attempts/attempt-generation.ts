/** SQL: the generation of the exam that `attempt` belongs to. */
export const generationOfAttempt = 'coalesce(attempt.generation_id, attempt.exam_id)';
