import { Module } from '@nestjs/common';
import { CallbacksCommand } from './callbacks/callbacks.command.js';
import { DeadLettersCommand } from './dead-letters/dead-letters.command.js';
import { DemoCommand } from './demo/demo.command.js';
import { RebuildCommand } from './rebuild/rebuild.command.js';
import { TokenCommand } from './token/token.command.js';

/** What operators run: `npm run token`, `npm run rebuild`, `npm run demo`, `npm run dead-letters`, `npm run callbacks`. */
@Module({ providers: [TokenCommand, RebuildCommand, DemoCommand, DeadLettersCommand, CallbacksCommand] })
export class CliModule {}
