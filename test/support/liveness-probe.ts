import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { until } from '../../libs/event-store/src/testing.js';

/** The delays of other requests while the service worked, in milliseconds. */
export type Blocked = {
  /** The longest wait for `/health/live`, over HTTP. */
  waitMs: number;
  /** How long the service's event loop stood still at most. */
  loopMs: number;
  /** Processor time of this process. */
  cpuMs: number;
};

/** Asks `/health/live` without a pause from a thread of its own, since the service runs in the thread of the test. */
export class LivenessProbe {
  /** How many answers came, and the longest wait since the last reset, in microseconds. */
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
    // It sees what follows its first measurement.
    await until('the event loop is watched', () => delay.count > 0);
    Atomics.store(this.seen, 1, 0);
    const before = process.cpuUsage();
    await work();
    await this.nextAnswers();
    delay.disable();
    const { user, system } = process.cpuUsage(before);
    return { waitMs: Atomics.load(this.seen, 1) / 1e3, loopMs: delay.max / 1e6, cpuMs: (user + system) / 1e3 };
  }

  /** Two: the first one may have been asked for earlier. */
  private async nextAnswers() {
    const before = Atomics.load(this.seen, 0);
    await until('/health/live answers', () => Atomics.load(this.seen, 0) - before >= 2);
  }

  async close() {
    await this.worker.terminate();
  }
}

/** Runs in the worker, which knows nothing of this module. */
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
