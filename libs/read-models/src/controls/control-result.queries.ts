import type { Database } from '#connections';

/** Did a tool end the attempt? */
export async function isTerminatedByTool(database: Database, attemptId: number): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'terminated by tool',
    text: `select from control_results where id = $1 and action = 'terminate'`,
    values: [attemptId],
  });
  return rowCount === 1;
}
