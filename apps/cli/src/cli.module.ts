import { Module } from '@nestjs/common';
import { DemoCommand } from './demo/demo.command.js';
import { RebuildCommand } from './rebuild/rebuild.command.js';
import { TokenCommand } from './token/token.command.js';

/** What operators run: `npm run token`, `npm run rebuild`, `npm run demo`. */
@Module({ providers: [TokenCommand, RebuildCommand, DemoCommand] })
export class CliModule {}
