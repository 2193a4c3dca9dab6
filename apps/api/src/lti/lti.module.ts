import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { AuthenticationRequests } from './authentication-requests.js';
import { BrowserSessions } from './browser-sessions.js';
import { ControlController } from './control.controller.js';
import { ExamShellController } from './exam-shell.controller.js';
import { InstructorToolController } from './instructor-tool.controller.js';
import { LtiTools } from './lti-tools.js';
import { ProctoringController } from './proctoring.controller.js';
import { ToolKeysController } from './tool-keys.controller.js';
import { ToolLaunches } from './tool-launches.js';
import { ToolMessagesController } from './tool-messages.controller.js';

/** Proctoring tools that speak LTI 1.3 (edx-exams.md §8). */
@Module({
  imports: [CommandsModule],
  controllers: [
    ProctoringController,
    ToolMessagesController,
    ToolKeysController,
    ControlController,
    InstructorToolController,
    ExamShellController,
  ],
  providers: [AuthenticationRequests, BrowserSessions, LtiTools, ToolLaunches],
})
export class LtiModule {}
