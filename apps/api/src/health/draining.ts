import { setTimeout as pause } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';

/**
 * The time before the process stops listening. The service says that it is not ready and closes connections after their
 * answers, so that load balancers send requests elsewhere. Requests that still arrive are answered.
 */
@Injectable()
export class Draining implements BeforeApplicationShutdown {
  hasBegun = false;

  async for(seconds: number): Promise<void> {
    this.hasBegun = true;
    await pause(seconds * 1000);
  }

  beforeApplicationShutdown() {
    this.hasBegun = true;
  }
}
