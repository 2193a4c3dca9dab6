import type { Database } from '#connections';

export type ConfiguredCourse = { provider: string | null; escalationEmail: string | null };

/** The settings that staff changed on the instructor dashboard, and the provider of LTI proctoring; null if there is none. */
export async function settingsOfCourse(database: Database, courseId: string) {
  const { rows } = await database.query<{
    provider: string | null;
    createZendeskTickets: boolean | null;
    enableProctoredExams: boolean | null;
  }>({
    name: 'settings of course',
    text: `select provider, create_zendesk_tickets as "createZendeskTickets", enable_proctored_exams as "enableProctoredExams"
             from course_configurations where id = $1`,
    values: [courseId],
  });
  return rows[0] ?? { provider: null, createZendeskTickets: null, enableProctoredExams: null };
}

/** The provider of a course's exams; both are null for a course that has chosen none (edx-exams.md §5.2). */
export async function configurationOfCourse(database: Database, courseId: string): Promise<ConfiguredCourse> {
  const { rows } = await database.query({
    name: 'configuration of course',
    text: 'select provider, escalation_email as "escalationEmail" from course_configurations where id = $1',
    values: [courseId],
  });
  return rows[0] ?? { provider: null, escalationEmail: null };
}
