/** The link, if it uses https and its host is allowed. `*.example.org` allows every host below that name. */
export function recordingLinkOf(link: string, hosts: readonly string[]): string | undefined {
  const url = URL.canParse(link) ? new URL(link) : undefined;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') return undefined;
  const isAllowed = hosts.some((host) =>
    host.startsWith('*.') ? url.host.endsWith(host.slice(1)) : url.host === host,
  );
  return isAllowed ? link : undefined;
}
