import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { LearnersController } from './learners.controller.js';
import { PeopleController } from './people.controller.js';
import { RosterController } from './roster.controller.js';

@Module({
  imports: [AuthModule],
  controllers: [RosterController, LearnersController, PeopleController],
})
export class RosterModule {}
