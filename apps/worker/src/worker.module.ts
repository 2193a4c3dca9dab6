import { type DynamicModule, Module } from '@nestjs/common';
import { standaloneCommands } from '#commands';
import type { Configuration } from '#configuration';
import type { LeaseOptions } from '#event-store';
import { Background, LeaseSettings } from './background.js';
import { Deadlines } from './deadlines.js';
import { EventBus } from './event-bus.js';
import { Housekeeping } from './housekeeping.js';
import { Mail } from './mail.js';
import { MerkleLog } from './merkle-log.js';
import { Notifications } from './notifications.js';
import { Operations } from './operations.js';
import { Publishing } from './publishing.js';
import { Registrations } from './registrations.js';
import { Witnesses } from './witnesses.js';

/** Each provider of this module works from the start of the application until its shutdown. */
@Module({
  providers: [
    Background,
    Publishing,
    EventBus,
    Notifications,
    Mail,
    MerkleLog,
    Witnesses,
    Registrations,
    Deadlines,
    Housekeeping,
    Operations,
  ],
})
class WorkerModule {}

/** All work that no request asks for. */
export const workerModule = (
  configuration: Configuration,
  databaseUrl: string,
  lease: Pick<LeaseOptions, 'leaseMs'>,
): DynamicModule => ({
  module: WorkerModule,
  imports: [standaloneCommands(configuration, databaseUrl, { applicationName: 'exam-proctoring worker', max: 10 })],
  providers: [{ provide: LeaseSettings, useValue: lease }],
});
