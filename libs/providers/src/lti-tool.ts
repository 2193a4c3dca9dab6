import type { ControlAction } from '#domain';

/** The registration of an LTI 1.3 tool (edx-exams.md §8.1). */
export type LtiTool = {
  /** The provider's. */
  name: string;
  /** The number in `lti_configuration_id` and in the path of the assessment control service. */
  id: number;
  uuid: string;
  clientId: string;
  loginUrl: string;
  launchUrl: string;
  redirectUrls: readonly string[];
  /** The tool's public key (PEM), or the address of its key set. */
  toolKey: string;
  /** The private key (PEM) that signs what this service sends to the tool. */
  platformKey: string;
  actions: readonly ControlAction[];
  /** The list of providers for another organization leaves the tool out; null: it is in all lists. */
  org: string | null;
  techSupportUrl: string | null;
};
