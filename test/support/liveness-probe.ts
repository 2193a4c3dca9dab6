import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { until } from '../../libs/event-store/src/testing.js';

/** How long the service kept other requests waiting, in milliseconds. */
export type Blocked = {
  /** The longest wait for `/health/live`, over HTTP. */
  waitMs: number;
  /** The longest delay of the service's event loop. */
  loopMs: number;
  /** CPU time of this process. */
  cpuMs: number;
};

/** Requests `/health/live` all the time from a separate thread, because the service runs in the test's thread. */
export class LivenessProbe {
  /** The number of answers, and the longest wait since the last reset in microseconds. */
  private readonly seen = new Int32Array(new SharedArrayBuffer(8));
  private readonly worker: Worker;

  constructor(url: string) {
    this.worker = new Worker(`(${askForEver})(require('node:worker_threads').workerData)`, {
      eval: true,
      workerData: { url: `${url}/health/live`, seen: this.seen },
      execArgv: [],
    });
  }

  async during(work: () => Promise<void>): Promise<Blocked> {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    await this.nextAnswers();
    // The monitor sees no delay before its first measurement.
    await until('the event loop is watched', () => delay.count > 0);
    Atomics.store(this.seen, 1, 0);
    const before = process.cpuUsage();
    await work();
    await this.nextAnswers();
    delay.disable();
    const { user, system } = process.cpuUsage(before);
    return { waitMs: Atomics.load(this.seen, 1) / 1e3, loopMs: delay.max / 1e6, cpuMs: (user + system) / 1e3 };
  }

  /** Waits for two answers, because the first may belong to an earlier request. */
  private async nextAnswers() {
    const before = Atomics.load(this.seen, 0);
    await until('/health/live answers', () => Atomics.load(this.seen, 0) - before >= 2);
  }

  async close() {
    await this.worker.terminate();
  }
}

/** Runs in the thread, so it cannot use this module. */
function askForEver({ url, seen }: { url: string; seen: Int32Array }) {
  const http = process.getBuiltinModule('node:http');
  const agent = new http.Agent({ keepAlive: true });
  const ask = () => {
    const begin = performance.now();
    const again = () => {
      const wait = Math.round((performance.now() - begin) * 1e3);
      if (wait > Atomics.load(seen, 1)) Atomics.store(seen, 1, wait);
      Atomics.add(seen, 0, 1);
      setTimeout(ask, 1);
    };
    http.get(url, { agent }, (answer) => answer.resume().on('end', again)).on('error', () => setTimeout(ask, 10));
  };
  ask();
}
