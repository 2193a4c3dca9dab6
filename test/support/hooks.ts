type Closable = { close(): unknown };

/** The answer of `open`, which is opened before the tests of a file or block and closed after them. */
export const shared = <T extends Closable>(open: () => Promise<T>, timeoutMs?: number): T =>
  fixture(open, beforeAll, afterAll, timeoutMs);

/** The same for each test. */
export const fresh = <T extends Closable>(open: () => Promise<T>): T => fixture(open, beforeEach, afterEach);

/** A file names its fixtures before they are open, so each use leads to the one that is open at that time. */
function fixture<T extends Closable>(
  open: () => Promise<T>,
  before: typeof beforeAll,
  after: typeof afterAll,
  timeoutMs?: number,
): T {
  let current: any;
  before(async () => {
    current = await open();
  }, timeoutMs);
  after(() => current?.close(), timeoutMs);
  return new Proxy({} as T, {
    get: (_, name) =>
      current === undefined || typeof current[name] === 'function'
        ? (...given: unknown[]) => current[name](...given)
        : current[name],
    set: (_, name, value) => Reflect.set(current, name, value),
  });
}
