import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { MerkleLogController } from './merkle-log.controller.js';

@Module({ imports: [CommandsModule], controllers: [MerkleLogController] })
export class MerkleLogModule {}
