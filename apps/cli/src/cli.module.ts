import { Module } from '@nestjs/common';
import { DemoCommand } from './demo/demo.command.js';
import { RebuildCommand } from './rebuild/rebuild.command.js';
import { TokenCommand } from './token/token.command.js';

/** The commands of `npm run cli`. */
@Module({ providers: [TokenCommand, RebuildCommand, DemoCommand] })
export class CliModule {}
