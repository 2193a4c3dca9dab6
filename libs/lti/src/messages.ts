import type { LtiTool } from '#providers';
import { attemptNumber, claim, deploymentId, proctoringClaim } from './claims.js';
import { ltiPaths } from './paths.js';
import { type Platform, platformIdOf, resourceLinkOf } from './platform.js';

/** The person in whose browser a message goes to the tool, and the exam. */
export type Launch = { sub: string; generationId: number; courseId: string; contentId: string };

const messageOf = (platform: Platform, tool: LtiTool, launch: Launch, type: string, presentation: object = {}) => ({
  [claim('message_type')]: type,
  [claim('version')]: '1.3.0',
  iss: platform.url,
  aud: tool.clientId,
  azp: tool.clientId,
  [claim('deployment_id')]: deploymentId,
  [claim('target_link_uri')]: tool.launchUrl,
  sub: launch.sub,
  [claim('roles')]: [] as string[],
  [claim('resource_link')]: { id: resourceLinkOf(platform, launch.generationId) },
  [claim('launch_presentation')]: presentation,
  [claim('context')]: { id: launch.courseId } as object,
  [claim('tool_platform')]: { guid: platformIdOf(platform), name: platform.name },
});

/** Asks the tool to proctor an attempt (edx-exams.md §8.4). The tool returns `sessionData` when the learner may begin. */
export const startProctoring = (platform: Platform, tool: LtiTool, launch: Launch, sessionData: string) => ({
  ...messageOf(platform, tool, launch, 'LtiStartProctoring'),
  [claim('context')]: { id: launch.courseId, label: launch.contentId },
  [claim('custom')]: { custom_url: `${new URL(platform.url).host}/browser_lock/` },
  [proctoringClaim('acs')]: {
    assessment_control_url: platform.url + ltiPaths.control(tool.id),
    actions: tool.actions,
  },
  [proctoringClaim('attempt_number')]: attemptNumber,
  [proctoringClaim('session_data')]: sessionData,
  [proctoringClaim('start_assessment_url')]: platform.url + ltiPaths.startAssessment,
});

/** Tells the tool that an attempt ended. `returnUrl`: the learner goes there afterwards. */
export const endAssessment = (platform: Platform, tool: LtiTool, launch: Launch, returnUrl: string) => ({
  ...messageOf(platform, tool, launch, 'LtiEndAssessment', { return_url: returnUrl }),
  [proctoringClaim('attempt_number')]: attemptNumber,
  [proctoringClaim('session_data')]: null,
});

/** Opens the tool for course staff. */
export const instructorLaunch = (platform: Platform, tool: LtiTool, launch: Launch) => ({
  ...messageOf(platform, tool, launch, 'LtiResourceLinkRequest'),
  [claim('roles')]: ['http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor'],
  [claim('custom')]: { roster_url: platform.url + ltiPaths.roster(launch.generationId) },
});

/** The address at which the browser asks the tool to begin a launch (OpenID third-party login). */
export function loginAddress(platform: Platform, tool: LtiTool, sub: string, hint: string): string {
  const url = new URL(tool.loginUrl);
  const parameters = {
    iss: platform.url,
    client_id: tool.clientId,
    lti_deployment_id: deploymentId,
    target_link_uri: tool.launchUrl,
    login_hint: sub,
    lti_message_hint: hint,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
