import { randomBytes } from 'node:crypto';
import { Command, Option } from 'nest-commander';
import { currentRequestId } from '#commands';
import { addLogSigningKey } from '#configuration';
import type { Dependencies } from '#delivery';
import type { LogKeyCommand, Origin } from '#domain';
import { changeLogKeys, privateKeyOf, publicBytesOf } from '#merkle-log';
import { idOf, nameOf, OperatorCommand, type OperatorOptions } from './operator.command.js';
import { UsageError } from './strict.command.js';

const change = ({ events }: Dependencies, { actor }: Origin, command: LogKeyCommand) =>
  changeLogKeys(events, command, { actor, ...currentRequestId() });

/** A public key from the command line. @throws UsageError */
const publicKeyOf = (text: string): string => {
  if (/^[\w+/]{43}=$/.test(text)) return text;
  throw new UsageError('--key must be a public key of the log: 32 bytes as base64.');
};

@Command({
  name: 'rotate-log-key',
  description:
    'Add a new key to the file of keys that sign the Merkle log, and introduce it in the log: both sign until the old one is retired',
})
export class RotateLogKeyCommand extends OperatorCommand {
  run(_: string[], options: OperatorOptions) {
    return this.write(options, async (deps, origin) => {
      const rotate = async () => {
        const seed = randomBytes(32);
        const publicKey = publicBytesOf(privateKeyOf(seed)).toString('base64');
        if (!options.dryRun) addLogSigningKey(deps.configuration, seed);
        await change(deps, origin, { type: 'IntroduceLogKey', data: { publicKey, at: deps.clock.now() } });
        return options.dryRun ? {} : { key: publicKey };
      };
      return [{ about: { rotate: 'log key' }, work: rotate }];
    });
  }
}

@Command({
  name: 'retire-log-key',
  description: 'End the signing of a key of the Merkle log; its earlier signatures stay valid',
})
export class RetireLogKeyCommand extends OperatorCommand {
  run(_: string[], { key, ...options }: OperatorOptions & { key: string }) {
    return this.write(options, async (deps, origin) => {
      const retire = async () => {
        await change(deps, origin, { type: 'RetireLogKey', data: { publicKey: key, at: deps.clock.now() } });
        return {};
      };
      return [{ about: { key }, work: retire }];
    });
  }

  @Option({ flags: '--key <public key>', required: true, description: 'the key, as base64' })
  key(text: string) {
    return publicKeyOf(text);
  }
}

type Revocation = { key: string; tree: number; fromSize: number; reason: string };

@Command({
  name: 'revoke-log-key',
  description: 'Say that nobody may trust what a key of the Merkle log signs from a size of a tree on',
})
export class RevokeLogKeyCommand extends OperatorCommand {
  run(_: string[], { key, tree, fromSize, reason, ...options }: OperatorOptions & Revocation) {
    return this.write(options, async (deps, origin) => {
      const data = { publicKey: key, tree, fromSize, reason, at: deps.clock.now() };
      const revoke = async () => {
        await change(deps, origin, { type: 'RevokeLogKey', data });
        return {};
      };
      return [{ about: { key, tree, fromSize }, work: revoke }];
    });
  }

  @Option({ flags: '--key <public key>', required: true, description: 'the key, as base64' })
  key(text: string) {
    return publicKeyOf(text);
  }

  @Option({ flags: '--tree <number>', required: true, description: 'the tree' })
  tree(text: string) {
    return idOf('--tree', text);
  }

  @Option({ flags: '--from-size <n>', required: true, description: 'the size of the tree' })
  fromSize(text: string) {
    return idOf('--from-size', text);
  }

  @Option({ flags: '--reason <text>', required: true, description: 'why, for the log' })
  reason(text: string) {
    return nameOf('--reason', text);
  }
}
