import { newKeys } from '../../libs/lti/src/testing.js';

const { publicKey, privateKey } = newKeys();

const tool = (id: number, name: string) => ({
  provider: 'lti',
  verbose_name: name,
  lti_id: id,
  lti_uuid: `${String(id).repeat(8)}-1111-4111-8111-111111111111`,
  client_id: `client ${id}`,
  login_url: 'https://tool.example.org/login',
  launch_url: 'https://tool.example.org/launch',
  tool_key: publicKey,
  platform_key: privateKey,
});

/** Settings with two LTI tools beside the default provider. */
export const withLtiTools = {
  PROCTORING_BACKENDS: {
    DEFAULT: 'test',
    test: {},
    lti_one: {
      ...tool(1, 'LTI One'),
      tech_support_email: 'help@one.example.org',
      tech_support_url: 'https://one.example.org/help',
    },
    lti_two: { ...tool(2, 'LTI Two'), org: 'OrgB' },
  },
};
