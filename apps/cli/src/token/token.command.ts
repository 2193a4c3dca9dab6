import { Command, Option } from 'nest-commander';
import { hashOfToken } from '#access-log';
import { loadConfiguration } from '#configuration';
import { idOf, nameOf } from '../operators/operator.command.js';
import { recordIfReachable } from '../operators/operator-access.js';
import { StrictCommand, UsageError } from '../operators/strict.command.js';
import { type TokenOptions, tokenFor } from './token.js';

@Command({ name: 'token', description: 'Print a token signed with the secret of the service' })
export class TokenCommand extends StrictCommand {
  async run(_: string[], options: TokenOptions) {
    const configuration = loadConfiguration(process.env);
    const token = await tokenFor(options, configuration);
    const objects = [`user:${options.userId}`];
    await recordIfReachable(configuration, { action: 'token', objects, tokenId: hashOfToken(token) });
    console.log(token);
  }

  @Option({ flags: '--user-id <id>', description: 'a whole number', required: true })
  userId(text: string) {
    return idOf('--user-id', text);
  }

  @Option({ flags: '--username <name>', description: 'user name' })
  username(text: string) {
    return nameOf('--username', text);
  }

  @Option({ flags: '--email <address>', description: 'e-mail address' })
  email(text: string) {
    return nameOf('--email', text);
  }

  @Option({ flags: '--name <name>', description: 'full name' })
  fullName(text: string) {
    return nameOf('--name', text);
  }

  @Option({ flags: '--administrator', description: 'global staff' })
  administrator() {
    return true;
  }

  @Option({ flags: '--superuser' })
  superuser() {
    return true;
  }

  @Option({ flags: '--roles <names>', description: 'groups, separated by commas' })
  roles(text: string) {
    return text.split(',').map((name) => nameOf('--roles', name));
  }

  @Option({ flags: '--scopes <names>', description: 'such as roster:people,audit:read' })
  scopes(text: string) {
    return text.split(',').map((name) => nameOf('--scopes', name));
  }

  @Option({ flags: '--expires-in <time>', description: 'such as 15m, 1h, 30d', defaultValue: '1d' })
  expiresIn(text: string) {
    if (!/^\d{1,5}[smhd]$/.test(text))
      throw new UsageError(`--expires-in must be a time such as 15m, 1h or 30d, not "${text}".`);
    return text;
  }
}
