import { spawn } from 'node:child_process';
import { Command, Option } from 'nest-commander';
import { hashOfToken } from '#access-log';
import { loadConfiguration } from '#configuration';
import { recordIfReachable } from '../operators/operator-access.js';
import { StrictCommand } from '../operators/strict.command.js';
import { tokenFor } from '../token/token.js';

const staff = { userId: 1, username: 'staff', administrator: true, expiresIn: '12h' };

@Command({
  name: 'console',
  description: 'Open the console of the running service as global staff, or print the link where there is no display',
})
export class ConsoleCommand extends StrictCommand {
  async run(_: string[], options: { url?: string }) {
    const configuration = loadConfiguration(process.env);
    const token = await tokenFor(staff, configuration);
    const objects = [`user:${staff.userId}`];
    await recordIfReachable(configuration, { action: 'token', objects, tokenId: hashOfToken(token) });
    const link = `${options.url ?? `http://${configuration.host}:${configuration.port}`}/console/#token=${token}`;
    console.log(`${link}\n\nThe link logs you in as global staff for 12 hours. Give it to nobody.`);
    openInBrowser(link);
  }

  @Option({ flags: '--url <url>', description: 'the URL of the service, by default from HOST and PORT' })
  url(text: string) {
    return text;
  }
}

/** Does nothing where nobody sees it, or where there is no browser: the link is printed. */
function openInBrowser(link: string) {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  const openers: Partial<Record<NodeJS.Platform, string>> = {
    darwin: 'open',
    ...((DISPLAY || WAYLAND_DISPLAY) && { linux: 'xdg-open' }),
  };
  const opener = process.stdout.isTTY ? openers[process.platform] : undefined;
  if (opener)
    spawn(opener, [link], { detached: true, stdio: 'ignore' })
      .on('error', () => {})
      .unref();
}
