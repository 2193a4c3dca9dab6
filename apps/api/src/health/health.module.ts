import { Module } from '@nestjs/common';
import { CommandsModule } from '#commands';
import { AdmissionModule } from '../admission/admission.module.js';
import { Draining } from './draining.js';
import { HealthController } from './health.controller.js';
import { Metrics, MetricsController } from './metrics.js';
import { OperationsPort } from './operations-port.js';
import { Writability } from './writability.js';

@Module({
  imports: [CommandsModule, AdmissionModule],
  controllers: [HealthController, MetricsController],
  providers: [Metrics, Writability, Draining, OperationsPort],
  exports: [Draining, Writability],
})
export class HealthModule {}
