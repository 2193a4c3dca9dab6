import type { Database } from '#connections';

/** `provider`: that of LTI proctoring (edx-exams.md §5.2). The flags are those that staff set on the instructor dashboard. */
export type ConfiguredCourse = {
  provider: string | null;
  escalationEmail: string | null;
  createZendeskTickets: boolean | null;
  enableProctoredExams: boolean | null;
};

/** The configuration of a course's exams. All is null for a course without one. */
export async function configurationOfCourse(database: Database, courseId: string): Promise<ConfiguredCourse> {
  const { rows } = await database.query({
    name: 'configuration of course',
    text: `select provider, escalation_email as "escalationEmail", create_zendesk_tickets as "createZendeskTickets",
                  enable_proctored_exams as "enableProctoredExams"
             from course_configurations where id = $1`,
    values: [courseId],
  });
  return rows[0] ?? { provider: null, escalationEmail: null, createZendeskTickets: null, enableProctoredExams: null };
}
