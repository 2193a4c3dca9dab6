import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { InstructorController } from './instructor.controller.js';

@Module({
  imports: [CommandsModule],
  controllers: [InstructorController],
})
export class InstructorModule {}
