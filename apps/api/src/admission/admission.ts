/** The most urgent first. A learner must always be able to submit; lists can wait. */
export const priorities = ['submit', 'poll', 'start', 'list'] as const;
export type Priority = (typeof priorities)[number];

type Limit = {
  /** Running requests of this priority and all less urgent ones. The rest is left for more urgent ones. */
  running: number;
  waiting: number;
  waitMs: number;
};
export type Limits = Record<Priority, Limit>;

export const usualLimits: Limits = {
  submit: { running: 64, waiting: 5_000, waitMs: 9_000 },
  poll: { running: 56, waiting: 2_000, waitMs: 4_000 },
  start: { running: 40, waiting: 1_000, waitMs: 2_000 },
  list: { running: 8, waiting: 100, waitMs: 2_000 },
};

/** A request that runs longer waits for a provider or the database. It uses little of this process and is not counted. */
const slowMs = 1_000;
/** All running requests, with the slow ones. */
const mostRunning = 1_000;

type Admitted = { priority: Priority; since: number };
type Waiting = Admitted & { admit(admitted: Admitted): void; refuse(): void };

/** There is no room for a request of this priority now. */
export class Busy extends Error {
  override readonly name = 'Busy';
  constructor(readonly priority: Priority) {
    super(`Too many requests of priority ${priority} at once.`);
  }
}

/** Gets counts for the metrics. */
export type AdmissionLog = { waited(priority: Priority, seconds: number): void; refused(priority: Priority): void };

/**
 * Limits the running requests. The others wait, the most urgent first. A request is refused if its queue is full or if it
 * waits too long, so that queues stay short and no work is done for clients that have gone.
 */
export class Admission {
  private readonly waiting = byPriority(() => new Set<Waiting>());
  /** In the order of admission. */
  private readonly running = byPriority(() => new Set<Admitted>());
  log: AdmissionLog = { waited: () => {}, refused: () => {} };

  constructor(
    private readonly limits: Limits = usualLimits,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /**
   * Resolves when the request may run; `leave` gets the result afterwards. Throws Busy. If the request must wait, `whenGone`
   * gets a function to call when the client has gone.
   */
  async enter(priority: Priority, whenGone?: (abandon: () => void) => void): Promise<Admitted> {
    this.checkRoom(priority);
    const queue = this.waiting[priority];
    return new Promise((admit, reject) => {
      const request: Waiting = { priority, since: this.clock(), admit, refuse: () => reject(new Busy(priority)) };
      queue.add(request);
      this.admitWaiting();
      if (queue.has(request)) whenGone?.(() => queue.delete(request) && request.refuse());
    });
  }

  /** Throws Busy if the queue is full. */
  checkRoom(priority: Priority): void {
    if (this.waiting[priority].size < this.limits[priority].waiting) return;
    this.log.refused(priority);
    throw new Busy(priority);
  }

  leave(admitted: Admitted): void {
    if (this.running[admitted.priority].delete(admitted)) this.admitWaiting();
  }

  /** Refuses requests that waited too long. It must be called regularly. */
  sweep(): void {
    for (const priority of priorities)
      for (const request of this.waiting[priority]) {
        if (this.clock() - request.since < this.limits[priority].waitMs) break;
        this.waiting[priority].delete(request);
        this.log.refused(priority);
        request.refuse();
      }
    this.admitWaiting();
  }

  queueLengths = (): Record<Priority, number> => byPriority((priority) => this.waiting[priority].size);

  private admitWaiting(): void {
    for (const priority of priorities)
      for (const request of this.waiting[priority]) {
        if (!this.hasRoom(priority)) return;
        this.waiting[priority].delete(request);
        const now = this.clock();
        this.log.waited(priority, (now - request.since) / 1000);
        const admitted = { priority, since: now };
        this.running[priority].add(admitted);
        request.admit(admitted);
      }
  }

  private hasRoom(priority: Priority): boolean {
    const all = priorities.reduce((sum, each) => sum + this.running[each].size, 0);
    if (all >= mostRunning) return false;
    const counted = priorities.map((each) => this.running[each].size - this.slowOnes(each));
    const from = (first: number) => counted.slice(first).reduce((sum, each) => sum + each, 0);
    return from(0) < this.limits.submit.running && from(priorities.indexOf(priority)) < this.limits[priority].running;
  }

  private slowOnes(priority: Priority): number {
    const before = this.clock() - slowMs;
    let count = 0;
    for (const { since } of this.running[priority]) {
      if (since > before) break;
      count++;
    }
    return count;
  }
}

const byPriority = <T>(make: (priority: Priority) => T) =>
  Object.fromEntries(priorities.map((priority) => [priority, make(priority)])) as Record<Priority, T>;
