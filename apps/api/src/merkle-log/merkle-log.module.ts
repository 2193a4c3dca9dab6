import { Module } from '@nestjs/common';
import { MerkleLogController } from './merkle-log.controller.js';

@Module({ controllers: [MerkleLogController] })
export class MerkleLogModule {}
